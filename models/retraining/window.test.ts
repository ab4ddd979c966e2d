import { describe, expect, it } from 'vitest';
import { isAsGood, windowSizes } from './window.ts';

const ids = Array.from({ length: 1_600 }, (_, row) => 2 * row);

describe('the sizes of a window', () => {
  it('halve from all rows, and end where too few are left', () => {
    expect(windowSizes(ids, 100, [])).toEqual([1_600, 800, 400, 200, 100]);
    expect(windowSizes(ids.slice(0, 60), 100, [])).toEqual([60]);
  });

  it('take in what has come since a change', () => {
    expect(windowSizes(ids, 100, [2_001, 3_199])).toEqual([1_600, 800, 599, 400, 200, 100]);
    expect(windowSizes(ids, 100, [3_100, 3_101])).toEqual([1_600, 800, 400, 200, 100, 50]);
  });
});

it('a window is as good as the best where its losses are no more than one standard error above', () => {
  const noisy = (mean: number) => Float64Array.from({ length: 400 }, (_, row) => mean + (row % 2 ? 1 : -1));
  expect(isAsGood(noisy(0.04))).toBe(true);
  expect(isAsGood(noisy(0.06))).toBe(false);
  expect(isAsGood(new Float64Array(400))).toBe(true);
});
