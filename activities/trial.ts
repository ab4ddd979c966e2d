import { RelevoError } from '../contracts/errors.ts';
import { PrunedError } from '../contracts/estimator.ts';
import { regressionMetrics } from '../models/evaluation/metrics.ts';
import type { FittedCandidate } from '../models/training/fit.ts';
import type { PreparedRows } from '../models/training/prepare.ts';
import { shouldPrune } from '../models/tuning/pruner.ts';
import type { SearchRegistry, Trial, TrialOutcome } from '../registry/types.ts';
import type { TrainingSetRef } from './fingerprints.ts';
import { fitThen, type Workbench } from './fitting.ts';
import { type Pulse, withHeartbeat } from './heartbeat.ts';
import type { TrainingSets } from './training-set.ts';
import { knownTo, stepStride } from './trials.ts';

interface Deps {
  registry: { searches: Pick<SearchRegistry, 'trials' | 'tell'> };
  trainingSets: TrainingSets;
  workbench: Workbench;
}

export interface TrialInput {
  searchId: string;
  number: number;
  set: TrainingSetRef;
  estimator: string;
  seed: number;
}
export type TrialResult = Pick<TrialOutcome, 'state' | 'score'>;

/** RMSE of the whole prediction on rows that the model has not learned from, in the target's unit. */
export const scoreOf = async (fitted: FittedCandidate, rows: PreparedRows): Promise<number> =>
  regressionMetrics(rows.target, await fitted.predict(rows)).rmse;

/** One trial of a search: fits on the training rows, is scored on the validation rows, tells the registry. */
export function createTrialActivities({ registry: { searches }, trainingSets, workbench }: Deps) {
  const outcomeOf = async (
    input: TrialInput,
    trial: Trial,
    known: Trial[],
    pulse: Pulse,
  ): Promise<TrialOutcome> => {
    const { set } = await trainingSets.prepared(input.set);
    const earlier = knownTo(known, trial.batch);
    // A fit that is taken up again tells its earlier steps too, so that kills change nothing here.
    const steps: TrialOutcome['steps'] = [];
    let best = Number.POSITIVE_INFINITY;
    const fit = {
      key: `${input.searchId}/trial-${input.number}`,
      label: `trial ${input.number}`,
      estimator: input.estimator,
      params: trial.params,
      seed: input.seed,
      train: set.train,
      validation: set.validation,
      onStep: (step: number, total: number, score: number | undefined) => {
        if (score === undefined || step % stepStride(total) !== 0) return 'continue';
        best = Math.min(best, score);
        steps.push([step, score]);
        return shouldPrune(earlier, step, best) ? 'prune' : 'continue';
      },
    } as const;
    try {
      const score = await fitThen(workbench, pulse, fit, (fitted) => scoreOf(fitted, set.validation));
      return { state: 'complete', score, steps };
    } catch (error) {
      if (error instanceof PrunedError) return { state: 'pruned', score: error.score, steps };
      if (error instanceof RelevoError && error.code === 'TRAINING_FAILED')
        return { state: 'failed', steps, error: error.message };
      throw error;
    }
  };

  return {
    async runTrial(input: TrialInput): Promise<TrialResult> {
      const known = await searches.trials(input.searchId);
      const trial = known.find(({ number }) => number === input.number);
      if (!trial)
        throw new RelevoError('INTERNAL', `Trial ${input.number} of ${input.searchId} was never asked`);
      if (trial.state !== 'asked') return { state: trial.state, score: trial.score };
      return await withHeartbeat(`trial ${input.number}`, async (pulse) => {
        const outcome = await outcomeOf(input, trial, known, pulse);
        const told = await searches.tell(input.searchId, input.number, outcome);
        return { state: outcome.state, score: told.score };
      });
    },
  };
}
