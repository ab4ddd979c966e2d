/** Child of `bench:train`: Relevo's own parts do the job, in a process whose peak of memory is theirs alone. */
import { writeFile } from 'node:fs/promises';
import type { LabelledRows } from '../../contracts/estimator.ts';
import { openDuckDb, quoteText } from '../../data/duckdb.ts';
import { estimator, parseParams } from '../../models/estimators/index.ts';
import type { TrainFigures, TrainJob } from './job.ts';

const job: TrainJob = JSON.parse(process.argv[2]);
const started = performance.now();
const train = await readRows(job.csvPath);
const loaded = performance.now();
const entry = estimator('xgboost');
const { rounds, depth: maxDepth, learningRate, threads } = job;
const model = await entry.fit(
  { params: parseParams(entry, { rounds, maxDepth, learningRate }), train, seed: 0, task: 'regression' },
  { threads, signal: new AbortController().signal },
);
await writeFile(job.modelPath, await model.save());
const finished = performance.now();
const peakRssMiB = process.resourceUsage().maxRSS / 1024;

const predicted = await model.predict(train.features);
const squares = predicted.reduce((sum, value, row) => sum + (value - train.target[row]) ** 2, 0);
const figures: TrainFigures = {
  seconds: (finished - started) / 1000,
  loadSeconds: (loaded - started) / 1000,
  peakRssMiB,
  trainRmse: Math.sqrt(squares / predicted.length),
  rounds: model.steps ?? 0,
  library: process.env.XGBOOST_LIB ? 'XGBOOST_LIB' : '1.7.5',
};
process.stdout.write(JSON.stringify(figures));

async function readRows(csvPath: string): Promise<LabelledRows> {
  const db = await openDuckDb({ threads: job.threads });
  try {
    const from = `read_csv(${quoteText(csvPath)})`;
    const described = await db.rows(`DESCRIBE SELECT * EXCLUDE target FROM ${from}`);
    const names = described.map((column) => String(column.column_name));
    const rows: number[][][] = [];
    for await (const chunk of db.columns(`SELECT columns(*)::DOUBLE FROM ${from}`))
      rows.push(chunk.map((column) => column.map((value) => (value === null ? Number.NaN : Number(value)))));
    return toMatrix(names, rows);
  } finally {
    db.close();
  }
}

/** Chunks of columns, the target last, to one row-major table. */
function toMatrix(names: string[], chunks: number[][][]): LabelledRows {
  const rows = chunks.reduce((sum, chunk) => sum + chunk[0].length, 0);
  const data = new Float64Array(rows * names.length);
  const target = new Float64Array(rows);
  let start = 0;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk[0].length; i++) {
      for (let j = 0; j < names.length; j++) data[(start + i) * names.length + j] = chunk[j][i];
      target[start + i] = chunk[names.length][i];
    }
    start += chunk[0].length;
  }
  return { features: { rows, names, data }, target };
}
