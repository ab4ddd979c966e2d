import { describe, expect, it } from 'vitest';
import type { Task } from '../../contracts/estimator.ts';
import { classificationMetricNames, isLowerBetter } from '../../contracts/metrics.ts';
import { lossOf, metricsOf } from './judge.ts';
import parity from './parity/classification.json' with { type: 'json' };

const taskOf = (classes: number): Task => ({ kind: 'classification', classes, ordered: false });
const cases = parity.cases.map(({ classes, actual, probabilities, weights, ...expected }) => ({
  task: taskOf(classes),
  actual: Float64Array.from(actual),
  predictions: {
    values: Float64Array.from(probabilities),
    outputs: classes,
    decisionWeights: weights ?? undefined,
  },
  expected,
}));

describe('classification metrics', () => {
  it(`agree with scikit-learn ${parity.scikitLearn}`, () => {
    for (const { task, actual, predictions, expected } of cases) {
      const { ece, ...own } = metricsOf(task, actual, predictions);
      expect(Object.keys(own).sort()).toEqual(Object.keys(expected.metrics).sort());
      for (const [name, value] of Object.entries(expected.metrics))
        expect(own[name as keyof typeof own], name).toBeCloseTo(value, 12);
      expect(ece).toBeGreaterThan(0);
    }
  });

  it('become losses: minus the value where higher is better', () => {
    const [{ task, actual, predictions }] = cases;
    const metrics = metricsOf(task, actual, predictions);
    for (const name of classificationMetricNames)
      expect(lossOf(name, task, actual, predictions)).toBe(
        (isLowerBetter(name) ? 1 : -1) * (metrics[name] ?? 0),
      );
  });

  it('stay finite where a class never came true, and where one row is all', () => {
    const one = metricsOf(taskOf(3), Float64Array.of(2), { values: Float64Array.of(1, 0, 0), outputs: 3 });
    expect(one.logLoss).toBeCloseTo(-Math.log(Number.EPSILON), 12);
    expect(one).toMatchObject({ accuracy: 0, macroF1: 0, brier: 2, ece: 1, rocAuc: 0.5 });
  });
});

describe('the expected calibration error', () => {
  it('is the weighted distance of confidence and accuracy over 15 bins, borders to the lower bin', () => {
    // Confidences 0.6 (a border: bin 9), 0.61 (bin 10), 0.9 twice (bin 14): errors 0.4, 0.61, |0.9 − 0.5|.
    const values = Float64Array.of(0.6, 0.4, 0.61, 0.39, 0.1, 0.9, 0.9, 0.1);
    const { ece } = metricsOf(taskOf(2), Float64Array.of(0, 1, 1, 1), { values, outputs: 2 });
    expect(ece).toBeCloseTo((0.4 + 0.61 + 2 * 0.4) / 4, 12);
  });

  it('does not know of decision weights', () => {
    const { task, actual, predictions } = cases[3];
    const plain = metricsOf(task, actual, { ...predictions, decisionWeights: undefined });
    const weighted = metricsOf(task, actual, predictions);
    expect(weighted.ece).toBe(plain.ece);
    expect(weighted.accuracy).not.toBe(plain.accuracy);
  });
});

describe('metrics of numbers', () => {
  const task: Task = { kind: 'regression' };
  const actual = Float64Array.of(1, 2, 3, 4);
  const values = Float64Array.of(1, 2, 3, 5);

  it('hold those of intervals where there are intervals', () => {
    expect(Object.keys(metricsOf(task, actual, { values, outputs: 1 }))).toEqual(['rmse', 'mae', 'r2', 'cv']);
    const interval = Float64Array.of(1, 2, 0, 1.9, 2, 4, 4, 5);
    expect(metricsOf(task, actual, { values, outputs: 1, interval })).toMatchObject({
      coverage: 0.75,
      intervalWidth: (1 + 1.9 + 2 + 1) / 4,
    });
    expect(lossOf('coverage', task, actual, { values, outputs: 1, interval })).toBe(-0.75);
  });

  it('judge the outermost of several quantiles', () => {
    const quantiles: Task = { kind: 'quantile', levels: [0.1, 0.5, 0.9] };
    const levels = Float64Array.of(0, 1, 2, 0, 1, 1.5, 3, 3, 4, 4, 5, 6);
    expect(metricsOf(quantiles, actual, { values: levels, outputs: 3 })).toEqual({
      coverage: 0.75,
      intervalWidth: (2 + 1.5 + 1 + 2) / 4,
    });
  });

  it('refuse what does not fit', () => {
    const judged = (metric: 'coverage', interval?: Float64Array) =>
      lossOf(metric, task, actual, { values, outputs: 1, interval });
    expect(() => judged('coverage')).toThrowError('has no coverage');
    expect(() => judged('coverage', new Float64Array(3))).toThrowError('need 8 bounds');
    expect(() => metricsOf(task, actual, { values: values.slice(1), outputs: 1 })).toThrowError(
      '4 actual and 3',
    );
    expect(() => metricsOf(task, new Float64Array(0), { values, outputs: 1 })).toThrowError('no rows');
    expect(() => metricsOf(taskOf(3), actual, { values, outputs: 1 })).toThrowError('3 outputs a row, not 1');
  });
});
