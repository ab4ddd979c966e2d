import { expect, test } from 'vitest';
import { andersonDarlingSurvival } from './anderson-darling.ts';
import { compareNumbers } from './compare-numbers.ts';
import { upperNormalQuantile } from './normal.ts';
import parity from './parity/statistics.json' with { type: 'json' };

const sample = (values: number[]) => ({ sorted: Float64Array.from(values), mean: 0, variance: 1 });

test.each(parity.pairs)('both statistics of one pass are those of scipy ($andersonDarling)', (pair) => {
  const found = compareNumbers(sample(pair.reference), sample(pair.current), 10);
  expect(found.andersonDarling).toBeCloseTo(pair.andersonDarling, 9);
  expect(found.wasserstein).toBeCloseTo(pair.wasserstein, 12);
  expect(found.corrected).toBeLessThanOrEqual(found.wasserstein);
});

test.each(parity.limit)('P(A² ≥ $z) in the limit', ({ z, survival }) => {
  expect(andersonDarlingSurvival(z)).toBeCloseTo(survival, 5);
});

test('far out the tail falls as √(3/πz)·e^−z', () => {
  for (const z of [60, 300, 650]) {
    const leading = Math.sqrt(3 / (Math.PI * z)) * Math.exp(-z);
    expect(andersonDarlingSurvival(z) / leading).toBeGreaterThan(0.98);
    expect(andersonDarlingSurvival(z) / leading).toBeLessThan(1);
  }
});

test('normal quantiles', () => {
  expect(upperNormalQuantile(0.5)).toBeCloseTo(0, 12);
  expect(upperNormalQuantile(0.05)).toBeCloseTo(1.6448536269514722, 12);
  expect(upperNormalQuantile(1e-9)).toBeCloseTo(5.997807015007687, 10);
});
