import type { Params, SearchSpace } from '../contracts/estimator.ts';
import { isWithin } from '../models/tuning/space.ts';
import type { TrialRecord } from '../models/tuning/tpe.ts';
import type { Trial } from '../registry/types.ts';

/** Folds of a cross-validation are looked at one by one. */
const fewSteps = 20;
/** Scores on the way that one trial keeps at most. */
const keptSteps = 200;
const leastStride = 10;

/**
 * Every how many steps a fit's score is looked at: pruned by, and written down. Ten times a power of two,
 * so that trials of different lengths meet at the same steps.
 */
export const stepStride = (totalSteps: number): number =>
  totalSteps <= fewSteps
    ? 1
    : leastStride * 2 ** Math.max(0, Math.ceil(Math.log2(totalSteps / (leastStride * keptSteps))));

/** The trials that a trial of `batch` may know of: those of the batches before it, whenever they ended. */
export const knownTo = (trials: Trial[], batch: number): TrialRecord[] =>
  trials
    .filter((trial) => trial.batch < batch && trial.state !== 'asked')
    .map(({ number, params, state, score, steps }) => ({
      number,
      params,
      score: state === 'complete' ? score : undefined,
      steps,
    }));

/** What the trials of a batch before one of them try, ended or not: the same whenever it is asked. */
export function askedBeside(trials: Trial[], batch: number, number: number): Params[] {
  const beside = new Map(trials.map((trial) => [trial.number, trial]));
  return [...beside.values()]
    .filter((trial) => trial.batch === batch && trial.number < number)
    .sort((a, b) => a.number - b.number)
    .map(({ params }) => params);
}

/** What a sampler learns from: known trials reduced to the searched dimensions; one outside the space is left out. */
export const suggestible = (trials: Trial[], batch: number, space: SearchSpace): TrialRecord[] =>
  knownTo(trials, batch)
    .filter(({ params }) => isWithin(space, params))
    .map((trial) => ({
      ...trial,
      params: Object.fromEntries(Object.keys(space).map((name) => [name, trial.params[name]])),
    }));
