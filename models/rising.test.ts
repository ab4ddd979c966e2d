import { expect, it } from 'vitest';
import { firstAtLeast } from './rising.ts';

it('finds the first place that holds at least a value, or where it would stand', () => {
  const rising = [3, 5, 5, 9];
  const sought = [2, 3, 4, 5, 6, 9, 10];
  expect(sought.map((least) => firstAtLeast(rising, least))).toEqual([0, 0, 1, 1, 3, 3, 4]);
  expect(firstAtLeast(new Float64Array(0), 1)).toBe(0);
});
