/**
 * How long training takes beside Python: `npm run bench:train -- --json`. Relevo and pandas + xgboost read the same
 * CSV file, grow as many trees as deep on as many threads, and save the model; their runs alternate.
 * `--rounds 500 --depth 8 --threads 2 --repetitions 5`.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { environment } from '../contracts/env.ts';
import { pythonWith } from './lib/python.ts';
import { machine, median, option, report } from './lib/report.ts';
import type { TrainFigures, TrainJob } from './train/job.ts';
import { writeTable } from './train/table.ts';

const run = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const number = (name: string, fallback: number) => Number(option(name) ?? fallback);

interface Run extends TrainFigures {
  /** The whole process, with its start. */
  wallSeconds: number;
}

interface Runs {
  relevo: Run[];
  python: Run[];
  calmPython: Run[];
}
/** Each process fits one model at a time. */
const oneFit = { RELEVO_COMPUTE_SLOTS: '1' };
/** What Relevo sets for itself, see models/native/settings.ts. */
const calm = { GOMP_SPINCOUNT: '4000' };

async function measure() {
  const python = await pythonWith(['numpy==2.2.6', 'pandas==2.3.3', 'xgboost==3.0.5']);
  const folder = await mkdtemp(join(tmpdir(), 'relevo-train-'));
  const job: TrainJob = {
    csvPath: join(folder, 'rows.csv'),
    modelPath: join(folder, 'model.ubj'),
    rounds: number('rounds', 500),
    depth: number('depth', 8),
    learningRate: 0.1,
    threads: number('threads', 2),
  };
  const runs: Runs = { relevo: [], python: [], calmPython: [] };
  const loadBefore = loadavg()[0];
  try {
    const rows = await writeTable(job.csvPath, folder, environment().RELEVO_DATA);
    for (let i = 0; i < number('repetitions', 5); i++) {
      runs.relevo.push(
        await timed(process.execPath, ['--import', 'tsx', here('train/relevo.ts')], job, oneFit),
      );
      runs.python.push(await timed(python, [here('peers/train.py')], job));
      runs.calmPython.push(await timed(python, [here('peers/train.py')], job, calm));
    }
    return summary(rows, job, runs, loadBefore);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed(program: string, args: string[], job: TrainJob, variables = {}): Promise<Run> {
  const started = performance.now();
  const { stdout } = await run(program, [...args, JSON.stringify(job)], {
    env: { ...process.env, ...variables },
  });
  const wallSeconds = (performance.now() - started) / 1000;
  const figures: TrainFigures = JSON.parse(stdout);
  return { ...figures, wallSeconds };
}

function summary(rows: string, { rounds, depth, threads }: TrainJob, runs: Runs, loadBefore: number) {
  const [relevo, python, calmPython] = [runs.relevo, runs.python, runs.calmPython].map(sideOf);
  return {
    rows,
    rounds,
    depth,
    threads,
    /** Relevo over Python, of medians: below 1 is faster. */
    ratio: relevo.seconds / python.seconds,
    /** The same to a Python whose OpenMP threads spin no longer than Relevo's: what is left on a disturbed machine. */
    calmRatio: relevo.seconds / calmPython.seconds,
    wallRatio: relevo.wallSeconds / python.wallSeconds,
    relevo,
    python,
    calmPython,
    /** Processes that wanted a core before the bench began: above 0 the figures are disturbed. */
    loadBefore,
    machine: machine(),
  };
}

const sideOf = (runs: Run[]) => ({
  seconds: median(runs.map(({ seconds }) => seconds)),
  wallSeconds: median(runs.map(({ wallSeconds }) => wallSeconds)),
  peakRssMiB: Math.max(...runs.map(({ peakRssMiB }) => peakRssMiB)),
  trainRmse: runs[0].trainRmse,
  rounds: runs[0].rounds,
  library: runs[0].library,
  runs: runs.map(({ seconds }) => seconds),
});

type Result = Awaited<ReturnType<typeof measure>>;
const line = (name: string, { seconds, wallSeconds, peakRssMiB, trainRmse }: Result['relevo']): string =>
  `${name.padEnd(8)} ${seconds.toFixed(2)} s (process ${wallSeconds.toFixed(2)} s), ` +
  `peak ${Math.round(peakRssMiB)} MiB, RMSE on the training rows ${trainRmse.toFixed(4)}`;

report(await measure(), (result) =>
  [
    line('relevo', result.relevo),
    line('python', result.python),
    line('calm py', result.calmPython),
    `ratio    ${result.ratio.toFixed(2)} (process ${result.wallRatio.toFixed(2)}, calm ${result.calmRatio.toFixed(2)})`,
  ].join('\n'),
);
