import { describe, expect, it } from 'vitest';
import { seededRandom } from '../random.ts';
import { confidenceSequence } from './sequential.ts';

const level = 0.05;
type Draw = (random: ReturnType<typeof seededRandom>) => number;

/** Looks 39 times between 50 and 2,000 rows; what the first look said that excluded 0. */
function contest(
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
const seeds = Array.from({ length: 40 }, (_, seed) => seed);
const share = (verdict: string, draw: Draw): number =>
  seeds.filter((seed) => contest(seed, draw).verdict === verdict).length / seeds.length;

/** Two classifiers that differ on `differ` of the rows; `won` of those the challenger has right. */
const classes =
  (differ: number, won: number): Draw =>
  (random) =>
    random.next() < differ ? (random.next() < won ? -1 : 1) : 0;
const numbers =
  (mean: number, deviation: number): Draw =>
  (random) =>
    Math.max(-1, Math.min(1, mean + deviation * random.normal()));

describe('confidenceSequence, simulated', () => {
  it('calls an equal challenger better or worse in no more than the level of contests, looking at all times', () => {
    for (const draw of [classes(0.2, 0.5), classes(0.9, 0.5), numbers(0, 0.05), numbers(0, 0.4)])
      expect(share('open', draw)).toBeGreaterThanOrEqual(1 - level);
  });

  it('finds a better and a worse one', () => {
    expect(share('better', classes(0.2, 0.75))).toBe(1);
    expect(share('worse', classes(0.2, 0.25))).toBe(1);
    expect(share('better', numbers(-0.04, 0.2))).toBe(1);
    expect(share('worse', numbers(0.04, 0.2))).toBe(1);
  });
});
