import { describe, expect, it } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

const known = ['xgboost', 'xgboost-deep', 'ridge', 'Monday'];

describe('a guess at what was meant', () => {
  it.each([
    ['xgbost', 'xgboost'],
    ['RIDGE ', 'ridge'],
    ['monday', 'Monday'],
    ['xgboost-de', 'xgboost-deep'],
  ])('of "%s" is "%s"', (given, meant) => {
    expect(didYouMean(given, known)).toBe(` (did you mean "${meant}"?)`);
  });

  it.each([['prophet'], [''], ['x'.repeat(100_000)]])('is not made where nothing is near', (given) => {
    expect(didYouMean(given, known)).toBe('');
  });

  it('is not made where nothing is known', () => {
    expect(didYouMean('ridge', [])).toBe('');
  });
});
