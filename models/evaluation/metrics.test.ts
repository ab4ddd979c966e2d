import { describe, expect, it } from 'vitest';
import { quantile } from '../quantile.ts';
import { regressionMetrics } from './metrics.ts';
import parity from './parity/metrics.json' with { type: 'json' };

const names = ['rmse', 'mae', 'r2', 'cv'] as const;

describe('regression metrics', () => {
  it(`agree with scikit-learn ${parity.scikitLearn}`, () => {
    for (const { actual, predicted, metrics } of parity.cases) {
      const own = regressionMetrics(Float64Array.from(actual), Float64Array.from(predicted));
      for (const name of names) {
        const expected = metrics[name];
        expect(Math.abs(own[name] - expected)).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(expected)));
      }
    }
  });

  it('stay finite where the mean is zero', () => {
    const { cv } = regressionMetrics(Float64Array.of(-1, 1), Float64Array.of(0, 0));
    expect(cv).toBe(Number.MAX_VALUE);
    expect(JSON.parse(JSON.stringify(cv))).toBe(cv);
    expect(regressionMetrics(Float64Array.of(-1, 1), Float64Array.of(-1, 1)).cv).toBe(0);
  });

  it('refuse rows that do not match', () => {
    expect(() => regressionMetrics(new Float64Array(2), new Float64Array(3))).toThrowError('2 actual and 3');
    expect(() => regressionMetrics(new Float64Array(0), new Float64Array(0))).toThrowError(RangeError);
  });
});

describe('quantiles', () => {
  it('agree with numpy', () => {
    for (const { sorted, share, value } of parity.quantiles) {
      expect(quantile(Float64Array.from(sorted), share)).toBeCloseTo(value, 12);
    }
  });
});
