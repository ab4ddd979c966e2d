import { RelevoError } from '../contracts/errors.ts';
import { PrunedError } from '../contracts/estimator.ts';
import { candidateNamed } from '../contracts/pipeline.ts';
import { candidateToFit } from '../models/training/fit.ts';
import { scoreCandidate } from '../models/training/score.ts';
import { shouldPrune } from '../models/tuning/index.ts';
import type { SearchRegistry, Trial, TrialOutcome } from '../registry/types.ts';
import { formerTrialsAtOnce } from '../temporal.config.ts';
import type { TrainingSetRef } from './fingerprints.ts';
import { type Workbench, withFit } from './fitting.ts';
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
  candidate: string;
  seed: number;
  /** Trials that run side by side; absent where a workflow of before asked. */
  atOnce?: number;
}
export type TrialResult = Pick<TrialOutcome, 'state' | 'score'>;

/** One trial of a search: fits on the training rows or on each fold, is scored on the others, tells the registry. */
export function createTrialActivities({ registry: { searches }, trainingSets, workbench }: Deps) {
  const outcomeOf = async (
    input: TrialInput,
    trial: Trial,
    known: Trial[],
    pulse: Pulse,
  ): Promise<TrialOutcome> => {
    const { spec, set } = await trainingSets.prepared(input.set);
    const candidate = candidateToFit(spec, input.candidate, trial.params);
    const pruner = candidateNamed(spec, input.candidate)?.pruner ?? 'median';
    const { number, atOnce = formerTrialsAtOnce } = input;
    const earlier = knownTo(known, { number, atOnce });
    // A fit that is taken up again tells its earlier steps too, so that kills change nothing here.
    const steps: TrialOutcome['steps'] = [];
    let best = Number.POSITIVE_INFINITY;
    const fit = {
      key: `${input.searchId}/trial-${input.number}`,
      label: `trial ${input.number}`,
      seed: input.seed,
      onStep: (step: number, total: number, score: number | undefined) => {
        if (score === undefined || step % stepStride(total) !== 0) return 'continue';
        best = Math.min(best, score);
        steps.push([step, best]);
        return shouldPrune(pruner, earlier, step, best) ? 'prune' : 'continue';
      },
    } as const;
    try {
      const score = await withFit(
        workbench,
        pulse,
        fit,
        async (context) => (await scoreCandidate(spec, candidate, set, context)).score,
      );
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
