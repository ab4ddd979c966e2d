/** Child of `bench:train`: Relevo's own parts do the job, in a process whose peak of memory is theirs alone. */
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { LabelledRows } from '../../contracts/estimator.ts';
import { openDuckDb, quoteText, type SqlValue } from '../../data/duckdb.ts';
import { estimator, parseParams } from '../../models/estimators/index.ts';
import type { TrainFigures, TrainJob } from './job.ts';

const job: TrainJob = JSON.parse(process.argv[2]);
const entry = estimator('xgboost');
await loadCode();

const started = performance.now();
const train = await readRows(job.csvPath);
const loaded = performance.now();
const { rounds, depth: maxDepth, learningRate, threads } = job;
const model = await entry.fit(
  {
    params: parseParams(entry, { rounds, maxDepth, learningRate }),
    train,
    seed: 0,
    task: { kind: 'regression' },
  },
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

/** What the peer's imports are: the thread that holds libxgboost starts with the first fit. */
async function loadCode(): Promise<void> {
  const row = { features: { rows: 1, names: ['x'], data: Float64Array.of(1) }, target: Float64Array.of(1) };
  const params = parseParams(entry, { rounds: 1 });
  await entry.fit(
    { params, train: row, seed: 0, task: { kind: 'regression' } },
    { threads: job.threads, signal: new AbortController().signal },
  );
}

/** As a pipeline does, which knows its columns: nothing is guessed from the file. */
async function readRows(csvPath: string): Promise<LabelledRows> {
  const names = await readHeader(csvPath);
  const types = names.map((name) => `${quoteText(name)}: 'DOUBLE'`).join(', ');
  const db = await openDuckDb({ threads: job.threads });
  try {
    const chunks: SqlValue[][][] = [];
    for await (const chunk of db.columns(
      `FROM read_csv(${quoteText(csvPath)}, header = true, auto_detect = false, columns = {${types}})`,
    ))
      chunks.push(chunk);
    return toMatrix(names.slice(0, -1), chunks);
  } finally {
    db.close();
  }
}

async function readHeader(csvPath: string): Promise<string[]> {
  for await (const line of createInterface({ input: createReadStream(csvPath) })) return line.split(',');
  throw new Error(`${csvPath} is empty`);
}

/** Chunks of columns, the target last, to one row-major table. */
function toMatrix(names: string[], chunks: SqlValue[][][]): LabelledRows {
  const rows = chunks.reduce((sum, chunk) => sum + chunk[0].length, 0);
  const data = new Float64Array(rows * names.length);
  const target = new Float64Array(rows);
  let start = 0;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk[0].length; i++) {
      for (let j = 0; j < names.length; j++)
        data[(start + i) * names.length + j] = Number(chunk[j][i] ?? Number.NaN);
      target[start + i] = Number(chunk[names.length][i]);
    }
    start += chunk[0].length;
  }
  return { features: { rows, names, data }, target };
}
