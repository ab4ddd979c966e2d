import { seededRandom } from '../random.ts';
import { confidenceSequence } from './sequential.ts';

/** What the tests of confidence sequences share. */

export const level = 0.05;
/** The difference of one row's losses, −1..1; below 0 the challenger's is smaller. */
export type Draw = (random: ReturnType<typeof seededRandom>) => number;

/** Looks 39 times between 50 and 2,000 rows; what the first look said that excluded 0. */
export function contest(
  seed: number,
  draw: Draw,
  rows = 2000,
): { verdict: 'better' | 'worse' | 'open'; at: number } {
  const random = seededRandom(seed, 'sequential');
  const all = Float64Array.from({ length: rows }, () => draw(random));
  for (let at = 50; at <= rows; at = Math.ceil(1.1 * at)) {
    const { low, high } = confidenceSequence(all.subarray(0, at), level);
    if (high < 0) return { verdict: 'better', at };
    if (low > 0) return { verdict: 'worse', at };
  }
  return { verdict: 'open', at: rows };
}
export const seeds = Array.from({ length: 40 }, (_, seed) => seed);

/** Two classifiers that differ on `differ` of the rows; `won` of those the challenger has right. */
export const classes =
  (differ: number, won: number): Draw =>
  (random) =>
    random.next() < differ ? (random.next() < won ? -1 : 1) : 0;
export const numbers =
  (mean: number, deviation: number): Draw =>
  (random) =>
    Math.max(-1, Math.min(1, mean + deviation * random.normal()));
