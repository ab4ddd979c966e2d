import type { Params, SearchSpace } from '../contracts/estimator.ts';
import type { Candidate } from '../contracts/pipeline.ts';
import { suggest, type TrialRecord } from '../models/tuning/index.ts';
import { isWithin } from '../models/tuning/space.ts';
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

/** A trial's place in a search that runs `atOnce` trials side by side. */
export interface Place {
  number: number;
  atOnce: number;
}

/** The trials that one may know of: those that had to end before it was asked, whatever has ended since. */
export const knownTo = (trials: Trial[], { number: asked, atOnce }: Place): TrialRecord[] =>
  trials
    .filter((trial) => trial.number <= asked - atOnce && trial.state !== 'asked')
    .map(({ number, params, state, score, steps }) => ({
      number,
      params,
      score: state === 'complete' ? score : undefined,
      steps,
    }));

/** What the trials try that may run when one is asked, ended or not: the same whenever it is asked. */
export const askedBeside = (trials: Trial[], { number: asked, atOnce }: Place): Params[] =>
  trials.filter(({ number }) => number > asked - atOnce && number < asked).map(({ params }) => params);

/** What decides, with a trial's place and the trials before it, what it tries. */
export interface SearchRules {
  space: SearchSpace;
  sampler: Candidate['sampler'];
  baseline: Params;
  seed: number;
}

/**
 * What a trial tries: the pipeline's own parameters first, but for a grid; then what the sampler makes of the trials that
 * it may know of, and of those beside it.
 */
export function paramsToTry(
  trials: Trial[],
  place: Place,
  { space, sampler, baseline, seed }: SearchRules,
): Params {
  const { number } = place;
  if (number === 0 && sampler !== 'grid') return baseline;
  const history = suggestible(trials, place, space);
  return { ...baseline, ...suggest(sampler, space, history, askedBeside(trials, place), number, seed) };
}

/** What a sampler learns from: known trials reduced to the searched dimensions; one outside the space is left out. */
export const suggestible = (trials: Trial[], place: Place, space: SearchSpace): TrialRecord[] =>
  knownTo(trials, place)
    .filter(({ params }) => isWithin(space, params))
    .map((trial) => ({
      ...trial,
      params: Object.fromEntries(Object.keys(space).map((name) => [name, trial.params[name]])),
    }));
