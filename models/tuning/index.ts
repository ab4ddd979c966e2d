import type { Params, SearchSpace } from '../../contracts/estimator.ts';
import type { Candidate } from '../../contracts/pipeline.ts';
import { gridPoint } from './grid.ts';
import { isBelowMedian, isOutrun, type PruneOptions } from './pruner.ts';
import { suggestByTpe, suggestEvenly, type TrialRecord } from './tpe.ts';

export { gridSize } from './grid.ts';
export type { TrialRecord } from './tpe.ts';

/**
 * Parameters for the next trial. Pure: equal arguments give equal parameters.
 * @param history finished trials; a grid and a random search do not look at them.
 * @param running what is tried already and has no score yet; nor at that.
 * @throws RelevoError PIPELINE_INVALID for an impossible dimension.
 */
export function suggest(
  sampler: Candidate['sampler'],
  space: SearchSpace,
  history: TrialRecord[],
  running: Params[],
  trialNumber: number,
  seed: number,
): Params {
  if (sampler === 'grid') return gridPoint(space, trialNumber);
  if (sampler === 'random') return suggestEvenly(space, trialNumber, seed);
  return suggestByTpe(space, history, running, trialNumber, seed);
}

/**
 * Whether a trial is worth no further step. Pure: it depends on its arguments alone.
 * @param history finished trials; those that did not come to `step` do not count.
 * @param score the best score of the trial up to `step`, lower is better; a missing one (NaN) is pruned.
 */
export function shouldPrune(
  pruner: Candidate['pruner'],
  history: TrialRecord[],
  step: number,
  score: number,
  options: PruneOptions = {},
): boolean {
  if (pruner === 'none') return false;
  return pruner === 'median'
    ? isBelowMedian(history, step, score, options)
    : isOutrun(history, step, score, options);
}
