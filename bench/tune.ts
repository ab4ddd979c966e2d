/**
 * How long a search takes beside Optuna: `npm run bench:tune -- --json`. The same fifty trials of XGBoost over the
 * same space, rows, threads and rounds, each side with its own sampler (multivariate TPE) and median pruner; Relevo's
 * trials run side by side as on a compute worker and share the threads that Optuna's have one after another; the
 * seeds of both sides alternate. `--trials 50 --seeds 5 --threads 2`.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { environment } from '../contracts/env.ts';
import { closePool } from '../models/pool.ts';
import { pipeline } from '../pipelines/index.ts';
import { pythonWith } from './lib/python.ts';
import { machine, median, option, report } from './lib/report.ts';
import { search } from './quality/champion.ts';
import { type TuneJob, writeRows } from './tune/rows.ts';

const run = promisify(execFile);
const peer = fileURLToPath(new URL('peers/tune.py', import.meta.url));
const requirements = ['numpy==2.2.6', 'optuna==4.6.0', 'xgboost==3.0.5'];
const number = (name: string, fallback: number) => Number(option(name) ?? fallback);

interface Run {
  seed: number;
  seconds: number;
  /** RMSE on the validation rows, in the residual's unit (kWh). */
  bestScore: number;
  pruned: number;
}

async function relevo(job: TuneJob, seed: number): Promise<Run> {
  const spec = { ...job.spec, seed };
  const started = performance.now();
  const { trials } = await search(spec, job.candidate, job.set);
  const seconds = (performance.now() - started) / 1000;
  const scores = trials.flatMap(({ state, score }) =>
    state === 'complete' && score !== undefined ? [score] : [],
  );
  const pruned = trials.filter(({ state }) => state === 'pruned').length;
  return { seed, seconds, bestScore: Math.min(...scores), pruned };
}

async function optuna(python: string, job: TuneJob, seed: number): Promise<Run> {
  const { folder, rows, features, space, trials, threads } = job;
  const task = { folder, rows, features, space, trials, threads, seed };
  const { stdout } = await run(python, [peer, JSON.stringify(task)], { maxBuffer: 16 * 1024 * 1024 });
  return JSON.parse(stdout) as Run;
}

async function measure() {
  const python = await pythonWith(requirements);
  const folder = await mkdtemp(join(tmpdir(), 'relevo-tune-'));
  const loadBefore = loadavg()[0];
  try {
    const job = await writeRows(pipeline('steel-energy'), {
      folder,
      trials: number('trials', 50),
      threads: environment().RELEVO_THREADS,
    });
    const runs: { relevo: Run[]; optuna: Run[] } = { relevo: [], optuna: [] };
    for (let seed = 0; seed < number('seeds', 5); seed++) {
      runs.relevo.push(await relevo(job, seed));
      runs.optuna.push(await optuna(python, job, seed));
      const [ours, theirs] = [runs.relevo[seed], runs.optuna[seed]];
      process.stderr.write(
        `seed ${seed}: relevo ${ours.seconds.toFixed(1)} s, ${ours.bestScore.toFixed(5)}; optuna ${theirs.seconds.toFixed(1)} s, ${theirs.bestScore.toFixed(5)}\n`,
      );
    }
    return summary(job, runs, loadBefore);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await closePool();
  }
}

const sideOf = (runs: Run[]) => ({
  seconds: median(runs.map(({ seconds }) => seconds)),
  bestScore: median(runs.map(({ bestScore }) => bestScore)),
  runs,
});

function summary(job: TuneJob, runs: { relevo: Run[]; optuna: Run[] }, loadBefore: number) {
  const [relevoSide, optunaSide] = [sideOf(runs.relevo), sideOf(runs.optuna)];
  return {
    rows: job.rows,
    trials: job.trials,
    threads: job.threads,
    /** Relevo over Optuna, of medians: below 1 is faster. */
    ratio: relevoSide.seconds / optunaSide.seconds,
    /** Of median best scores: at most 1 is no worse. */
    scoreRatio: relevoSide.bestScore / optunaSide.bestScore,
    relevo: relevoSide,
    optuna: optunaSide,
    /** Processes that wanted a core before the bench began: above 0 the figures are disturbed. */
    loadBefore,
    machine: machine(),
  };
}

type Result = Awaited<ReturnType<typeof measure>>;
const line = (name: string, { seconds, bestScore }: Result['relevo']): string =>
  `${name.padEnd(8)} ${seconds.toFixed(1)} s, best validation RMSE ${bestScore.toFixed(5)} (medians)`;

report(await measure(), (result) =>
  [
    line('relevo', result.relevo),
    line('optuna', result.optuna),
    `ratio    ${result.ratio.toFixed(2)} of time, ${result.scoreRatio.toFixed(3)} of score`,
  ].join('\n'),
);
