import { describe, expect, it } from 'vitest';
import type { Dimension, Params } from '../../contracts/estimator.ts';
import parity from './parity/parzen.json' with { type: 'json' };
import { logDensity, parzenEstimator, recencyWeights } from './parzen.ts';
import { divideTrials, type TrialRecord } from './tpe.ts';

const dimensions = Object.entries(parity.dimensions) as [string, Dimension][];

describe(`Parzen estimators against Optuna ${parity.optuna}`, () => {
  for (const expected of parity.estimators) {
    it(`are the same over ${expected.observed.length} observations`, () => {
      const estimator = parzenEstimator(dimensions, expected.observed as Params[]);
      expectClose(estimator.weights, expected.weights);
      for (const [name, kernels] of Object.entries(estimator.kernels)) {
        const reference = expected.kernels[name as keyof typeof expected.kernels];
        if (kernels.kind === 'choice' && 'probabilities' in reference) {
          expectClose(kernels.probabilities.flat(), reference.probabilities.flat());
        } else if (kernels.kind === 'numeric' && 'means' in reference) {
          expectClose(kernels.means, reference.means);
          expectClose(kernels.deviations, reference.deviations);
        } else expect.fail(`"${name}" has kernels of another kind`);
      }
      const densities = expected.points.map((point) => logDensity(estimator, point as Params));
      expectClose(densities, expected.logDensity, 1e-9);
    });
  }

  it('count the newest observations in full', () => {
    expect(recencyWeights(0)).toEqual([]);
    expect(recencyWeights(26)).toEqual([1 / 26, ...new Array(25).fill(1)]);
  });
});

describe(`the division of trials against Optuna ${parity.optuna}`, () => {
  for (const { history, goodCount, good, rest } of parity.splits) {
    it(`takes the same ${goodCount} of ${history.length} trials`, () => {
      const trials = history.map(
        ({ number, score, steps }): TrialRecord => ({
          number,
          params: { number },
          score: score ?? undefined,
          steps: steps as [number, number][],
        }),
      );
      const divided = divideTrials(trials, goodCount);
      expect(divided.good.map(({ number }) => number)).toEqual(good);
      expect(divided.rest.map(({ number }) => number)).toEqual(rest);
    });
  }
});

function expectClose(actual: number[], expected: number[], tolerance = 1e-12): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected[i])));
  });
}
