import { expect, it } from 'vitest';
import { momentsOf } from './moments.ts';

it('measures values against their mean', () => {
  expect(momentsOf([1, 2, 6])).toEqual({ mean: 3, squares: 14 });
  expect(momentsOf(Float64Array.of(1, 2, 6))).toEqual({ mean: 3, squares: 14 });
  expect(momentsOf([])).toEqual({ mean: Number.NaN, squares: 0 });
});
