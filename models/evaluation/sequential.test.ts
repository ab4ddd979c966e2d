import { describe, expect, it } from 'vitest';
import { seededRandom } from '../random.ts';
import { confidenceSequence, pairsToTell } from './sequential.ts';

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

/** Two classifiers that differ on `differ` of the rows; `won` of those the challenger has right. */
const classes =
  (differ: number, won: number): Draw =>
  (random) =>
    random.next() < differ ? (random.next() < won ? -1 : 1) : 0;
const numbers =
  (mean: number, deviation: number): Draw =>
  (random) =>
    Math.max(-1, Math.min(1, mean + deviation * random.normal()));

describe('confidenceSequence', () => {
  it('stops a far worse one within a hundred rows', () => {
    const ends = seeds.map((seed) => contest(seed, classes(0.5, 0.1)).at).sort((a, b) => a - b);
    expect(ends[Math.floor(0.95 * ends.length)]).toBeLessThanOrEqual(100);
  });

  it('does not depend on the order of the rows, and is the mirror of itself', () => {
    const random = seededRandom(3, 'order');
    const rows = Float64Array.from({ length: 500 }, () => classes(0.4, 0.6)(random));
    const shuffled = rows.slice();
    random.shuffle(shuffled);
    const [one, other, mirrored] = [rows, shuffled, rows.map((value) => -value)].map((values) =>
      confidenceSequence(values, level),
    );
    expect(other.low).toBeCloseTo(one.low, 9);
    expect(mirrored.high).toBeCloseTo(-one.low, 9);
    expect(mirrored.low).toBeCloseTo(-one.high, 9);
    expect(one.low).toBeLessThan(one.mean);
    expect(one.high).toBeGreaterThan(one.mean);
  });

  it('knows nothing without rows, and holds for rows that are all alike', () => {
    expect(confidenceSequence(new Float64Array(0), level)).toMatchObject({ pairs: 0, low: -1, high: 1 });
    const same = confidenceSequence(new Float64Array(1000), level);
    expect(same.low).toBeLessThan(0);
    expect(same.high).toBeGreaterThan(0);
    expect(same.high).toBeLessThan(0.02);
  });

  it('says about how many rows it will take', () => {
    const random = seededRandom(9, 'needed');
    const draw = numbers(-0.03, 0.2);
    const wanted = pairsToTell(0.03, 0.04, level);
    const rows = Float64Array.from({ length: 4 * Math.ceil(wanted) }, () => draw(random));
    expect(confidenceSequence(rows.subarray(0, Math.floor(wanted / 3)), level).high).toBeGreaterThan(0);
    expect(confidenceSequence(rows, level).high).toBeLessThan(0);
  });
});
