/**
 * How long a search takes beside Optuna: `npm run bench:tune -- --json`. The same fifty trials of XGBoost over the
 * same space, rows, threads and rounds, each side with its own sampler (multivariate TPE) and median pruner; Relevo's
 * trials run side by side as on a compute worker and share the threads that Optuna's have one after another; the
 * seeds of both sides alternate. Beside them what as many evenly drawn points find: where that is as good, the rows do
 * not tell samplers apart, and the best score is luck. `--trials 50 --seeds 5 --threads 2`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment } from '../contracts/env.ts';
import { closePool } from '../models/pool.ts';
import { pipeline } from '../pipelines/index.ts';
import { pythonWith, runPython } from './lib/python.ts';
import { machine, mean, median, option, report } from './lib/report.ts';
import { search } from './quality/champion.ts';
import { type TuneJob, writeRows } from './tune/rows.ts';

const peer = fileURLToPath(new URL('peers/tune.py', import.meta.url));
const requirements = ['numpy==2.2.6', 'optuna==4.6.0', 'xgboost==3.0.5'];
const number = (name: string, fallback: number) => Number(option(name) ?? fallback);

type Runs = Record<'relevo' | 'optuna' | 'evenly', Run[]>;
interface Run {
  seed: number;
  seconds: number;
  /** RMSE on the validation rows, kWh. */
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
  return JSON.parse(await runPython(python, [peer, JSON.stringify(task)])) as Run;
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
    const runs: Runs = { relevo: [], optuna: [], evenly: [] };
    const evenly: TuneJob = { ...job, candidate: { ...job.candidate, sampler: 'random' } };
    for (let seed = 0; seed < number('seeds', 5); seed++) {
      runs.relevo.push(await relevo(job, seed));
      runs.optuna.push(await optuna(python, job, seed));
      runs.evenly.push(await relevo(evenly, seed));
      const told = Object.entries(runs).map(([name, side]) => line(name, side[seed]));
      process.stderr.write(`seed ${seed}: ${told.join('; ')}\n`);
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

/** Of the pairs of a run here and a run there, the share in which ours found no worse a score; ties count half. */
const shareNoWorse = (ours: Run[], theirs: Run[]): number =>
  mean(ours.flatMap((one) => theirs.map((other) => (1 + Math.sign(other.bestScore - one.bestScore)) / 2)));

function summary(job: TuneJob, runs: Runs, loadBefore: number) {
  const [relevoSide, optunaSide] = [sideOf(runs.relevo), sideOf(runs.optuna)];
  return {
    rows: job.rows,
    trials: job.trials,
    threads: job.threads,
    /** Relevo over Optuna, of medians: below 1 is faster. */
    ratio: relevoSide.seconds / optunaSide.seconds,
    /** Of median best scores: at most 1 is no worse. */
    scoreRatio: relevoSide.bestScore / optunaSide.bestScore,
    /** Over pairs of seeds; 0.5 where neither sampler is better. */
    noWorse: {
      relevoThanOptuna: shareNoWorse(runs.relevo, runs.optuna),
      relevoThanEvenly: shareNoWorse(runs.relevo, runs.evenly),
      optunaThanEvenly: shareNoWorse(runs.optuna, runs.evenly),
    },
    relevo: relevoSide,
    optuna: optunaSide,
    evenly: sideOf(runs.evenly),
    /** Processes that wanted a core before the bench began: above 0 the figures are disturbed. */
    loadBefore,
    machine: machine(),
  };
}

const line = (name: string, { seconds, bestScore }: Pick<Run, 'seconds' | 'bestScore'>): string =>
  `${name} ${seconds.toFixed(1)} s, best validation RMSE ${bestScore.toFixed(5)}`;
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

report(await measure(), ({ relevo, optuna, evenly, ratio, scoreRatio, noWorse }) =>
  [
    'medians over seeds:',
    ...[line('relevo', relevo), line('optuna', optuna), line('evenly drawn points', evenly)],
    `ratio ${ratio.toFixed(2)} of time, ${scoreRatio.toFixed(3)} of score`,
    `no worse, of pairs of seeds: relevo than optuna ${percent(noWorse.relevoThanOptuna)}, than evenly drawn points ${percent(noWorse.relevoThanEvenly)}; optuna than those ${percent(noWorse.optunaThanEvenly)}`,
  ].join('\n'),
);
