import { describe, expect, it } from 'vitest';
import { seededRandom } from '../random.ts';
import { correct } from './index.ts';
import { learnCorrection } from './learn.ts';

const random = seededRandom(1, 'correction');
const predicted = Float64Array.from({ length: 400 }, () => 100 * random.next());
const actualOf = (slope: number, intercept: number, noise: number): Float64Array =>
  predicted.map((value) => slope * value + intercept + noise * random.normal());

describe('a correction', () => {
  it('finds a constant that predictions are off by, and does not bend them', () => {
    const line = learnCorrection(predicted, actualOf(1, 40, 5));
    expect(line?.intercept).toBeCloseTo(40, 0);
    expect(Math.abs((line?.slope ?? 0) - 1)).toBeLessThan(0.02);
  });

  it('finds a line', () => {
    const line = learnCorrection(predicted, actualOf(1.3, -10, 5));
    expect(line?.slope).toBeCloseTo(1.3, 1);
    const errors = correct(line ?? { slope: 1, intercept: 0 }, predicted).map(
      (value, row) => value - (1.3 * predicted[row] - 10),
    );
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(3);
  });

  it('is none where nothing is better, rows are few, or predictions do not move', () => {
    const right = actualOf(1, 0, 0);
    expect(learnCorrection(predicted, right)).toBeUndefined();
    expect(learnCorrection(predicted.subarray(0, 9), actualOf(1, 40, 1).subarray(0, 9))).toBeUndefined();
    const level = new Float64Array(50).fill(3);
    const line = learnCorrection(
      level,
      new Float64Array(50).map((_, row) => 8 + (row % 2)),
    );
    expect(line).toEqual({ slope: 1, intercept: 5.5 });
  });
});
