import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../models/random.ts';
import { type ClassErrors, isBeyondShares } from './shares.ts';

/** Rows of which a share is of class 1; each class is missed at its rate. */
function rowsOf(seed: number, share: number, rates: [number, number], rows = 600): ClassErrors {
  const random = seededRandom(seed, 'shares');
  const actual = Float64Array.from({ length: rows }, () => Number(random.next() < share));
  return { actual, errors: actual.map((k) => Number(random.next() < rates[k])) };
}
const seeds = Array.from({ length: 400 }, (_, seed) => seed);
const shareOf = (found: (seed: number) => boolean): number => seeds.filter(found).length / seeds.length;

describe('errors', () => {
  it('that other shares of the classes explain are not beyond them, but at the test’s own rate', () => {
    const rate = shareOf((seed) =>
      isBeyondShares(rowsOf(seed, 0.2, [0.05, 0.4]), rowsOf(100_000 + seed, 0.7, [0.05, 0.4])),
    );
    // Errors rise from 12 to 30 % here, all of it explained.
    expect(rate).toBeLessThan(0.09);
    expect(rate).toBeGreaterThan(0.01);
  });

  it('are beyond them where a class is missed more often', () => {
    const rate = shareOf((seed) =>
      isBeyondShares(rowsOf(seed, 0.4, [0.1, 0.1]), rowsOf(100_000 + seed, 0.6, [0.25, 0.1])),
    );
    expect(rate).toBeGreaterThan(0.9);
  });

  it('are not where there are fewer, or none that are known', () => {
    expect(isBeyondShares(rowsOf(1, 0.4, [0.2, 0.2]), rowsOf(2, 0.4, [0.1, 0.1]))).toBe(false);
    expect(isBeyondShares(rowsOf(1, 0.4, [0.2, 0.2], 0), rowsOf(2, 0.4, [0.9, 0.9]))).toBe(false);
  });
});
