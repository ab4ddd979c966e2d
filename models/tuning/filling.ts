import type { Dimension, Params } from '../../contracts/estimator.ts';
import { seededRandom } from '../random.ts';
import { valueAt } from './space.ts';

/**
 * A trial's point of a sequence that fills the space evenly, so that the first trials of a search leave no corner
 * unseen: the additive recurrence over powers of the generalised golden ratio (Roberts 2018, R_d), shifted at random by
 * the seed (Cranley & Patterson 1976). Depends on dimensions, number and seed alone.
 */
export function fillingPoint(dimensions: [string, Dimension][], trialNumber: number, seed: number): Params {
  const shifts = seededRandom(seed, 'filling');
  const ratio = goldenRatio(dimensions.length);
  return Object.fromEntries(
    dimensions.map(([name, dimension], place) => {
      const share = (shifts.next() + trialNumber * ratio ** -(place + 1)) % 1;
      return [name, valueAt(dimension, share)];
    }),
  );
}

/** The positive root of x^(d+1) = x + 1; its fixed-point iteration gains a digit about every other step. */
function goldenRatio(dimensions: number): number {
  let root = 2;
  for (let step = 0; step < 64; step++) root = (1 + root) ** (1 / (dimensions + 1));
  return root;
}
