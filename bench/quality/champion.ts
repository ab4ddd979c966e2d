import { fitThen, joinRows, withSteps } from '../../activities/fitting.ts';
import { stepStride, suggestible } from '../../activities/trials.ts';
import { environment } from '../../contracts/env.ts';
import { type Params, PrunedError } from '../../contracts/estimator.ts';
import { type Candidate, candidateName, type PipelineSpec } from '../../contracts/pipeline.ts';
import { estimator, parseParams } from '../../models/estimators/index.ts';
import { regressionMetrics } from '../../models/evaluation/metrics.ts';
import { type FittedCandidate, fitCandidate } from '../../models/training/fit.ts';
import type { PreparedRows, TrainingSet } from '../../models/training/prepare.ts';
import { shouldPrune } from '../../models/tuning/pruner.ts';
import { suggest } from '../../models/tuning/tpe.ts';
import type { Trial, TrialOutcome } from '../../registry/types.ts';
import { searchBatchSize } from '../../temporal.config.ts';

const noCheckpoints = {
  load: async () => undefined,
  save: async () => undefined,
  clear: async () => undefined,
};
const workbench = { threads: environment().RELEVO_THREADS, checkpoints: () => noCheckpoints };
const pulse = { signal: new AbortController().signal, report: () => undefined };

interface Fitted {
  params: Params;
  score: number;
  steps: number | undefined;
}
type OnStep = (step: number, total: number, score: number | undefined) => 'continue' | 'prune';

const rmseOn = async (fitted: FittedCandidate, rows: PreparedRows): Promise<number> =>
  regressionMetrics(rows.target, await fitted.predict(rows)).rmse;

/** A fit on the training rows, scored on the validation rows: what the activities `runTrial` and `scoreCandidate` do. */
const fitAndScore = (
  name: string,
  params: Params,
  seed: number,
  set: TrainingSet,
  onStep?: OnStep,
): Promise<Fitted> =>
  fitThen(
    workbench,
    pulse,
    {
      key: name,
      label: name,
      estimator: name,
      params,
      seed,
      train: set.train,
      validation: set.validation,
      onStep,
    },
    async (fitted) => ({ params, score: await rmseOn(fitted, set.validation), steps: fitted.model.steps }),
  );

/** The search of a training run, one trial after the other; batches keep it equal to the parallel one. */
async function search(candidate: Candidate, seed: number, set: TrainingSet): Promise<Params> {
  const known = estimator(candidate.estimator);
  const space = candidate.search ?? known.searchSpace;
  const baseline = parseParams(known, candidate.params) as Params;
  const trials: Trial[] = [];
  for (let number = 0; number < candidate.trials; number++) {
    const batch = Math.floor(number / searchBatchSize);
    const history = suggestible(trials, batch, space);
    const params = { ...baseline, ...(number === 0 ? {} : suggest(space, history, number, seed)) };
    const outcome = await runTrial(
      candidate.estimator,
      params,
      seed,
      set,
      trials.filter((trial) => trial.batch < batch),
    );
    trials.push({ ...blank, number, batch, params, ...outcome });
  }
  const complete = trials.filter(({ state }) => state === 'complete');
  complete.sort((a, b) => (a.score ?? 0) - (b.score ?? 0) || a.number - b.number);
  return complete[0].params;
}

const blank = { searchId: 'bench', askedAt: '', toldAt: undefined, error: undefined };

async function runTrial(
  name: string,
  params: Params,
  seed: number,
  set: TrainingSet,
  earlier: Trial[],
): Promise<TrialOutcome & { score: number | undefined }> {
  const steps: TrialOutcome['steps'] = [];
  let best = Number.POSITIVE_INFINITY;
  const history = earlier.map((trial) => ({
    ...trial,
    score: trial.state === 'complete' ? trial.score : undefined,
  }));
  try {
    const { score } = await fitAndScore(name, params, seed, set, (step, total, at) => {
      if (at === undefined || step % stepStride(total) !== 0) return 'continue';
      best = Math.min(best, at);
      steps.push([step, at]);
      return shouldPrune(history, step, best) ? 'prune' : 'continue';
    });
    return { state: 'complete', score, steps };
  } catch (error) {
    if (error instanceof PrunedError) return { state: 'pruned', score: error.score, steps };
    throw error;
  }
}

export interface Champion {
  winner: string;
  validationScore: number;
  predict(rows: PreparedRows): Promise<Float64Array>;
}

/** Trains every candidate as a training run does and gives the best by validation, refitted on all but the test rows. */
export async function trainChampion(spec: PipelineSpec, seed: number, set: TrainingSet): Promise<Champion> {
  const all: { candidate: Candidate; fit: Fitted }[] = [];
  for (const candidate of spec.candidates) {
    const params = candidate.trials > 0 ? await search(candidate, seed, set) : candidate.params;
    all.push({ candidate, fit: await fitAndScore(candidate.estimator, params, seed, set) });
  }
  const { candidate, fit } = all.reduce((best, next) => (next.fit.score < best.fit.score ? next : best));
  const { estimator: name } = candidate;
  const fitted = await fitCandidate(
    { estimator: name, params: withSteps(name, fit.params, fit.steps) },
    { train: joinRows(set.train, set.validation) },
    { ...workbench, checkpoints: undefined, signal: pulse.signal, seed },
  );
  return {
    winner: candidateName(candidate),
    validationScore: fit.score,
    predict: (rows) => fitted.predict(rows),
  };
}
