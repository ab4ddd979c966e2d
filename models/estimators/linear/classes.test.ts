import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import fitLogistic from './logistic.worker.ts';
import fitOrdinal from './ordinal.worker.ts';
import type { FitAnswer, LinearRows, LogisticFit, OrdinalFit } from './protocol.ts';

interface Rows {
  name: string;
  features: number[][];
  target: number[];
  weights?: number[] | null;
}
interface LogisticCase extends Rows {
  fits: { C: number; coefficients: number[][]; intercepts: number[] }[];
}
interface OrdinalCase extends Rows {
  coefficients: number[];
  thresholds: number[];
  logLikelihood: number;
}
const parity: { logistic: LogisticCase[]; ordinal: OrdinalCase[] } = JSON.parse(
  readFileSync(new URL('./parity/classes.json', import.meta.url), 'utf8'),
);

const rowsOf = ({ features, target, weights }: Omit<Rows, 'name'>): LinearRows => ({
  rows: features.length,
  names: features[0].map((_, j) => `x${j}`),
  features: Float64Array.from(features.flat()),
  target: Float64Array.from(target),
  weights: weights ? Float64Array.from(weights) : undefined,
});
function done<Fit>(answer: FitAnswer<Fit>): Fit {
  if (answer.state !== 'done') throw new Error(answer.state);
  return answer.fit;
}
const countOf = (target: number[]): number => Math.max(...target) + 1;
function expectNear(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i] - value)).toBeLessThanOrEqual(1e-6 * Math.max(1e-3, Math.abs(value)));
  });
}
const centred = (values: number[]): number[] => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
};

describe.each(parity.logistic)('logistic regression as scikit-learn has it: $name', (vector) => {
  it.each(vector.fits)('C $C', ({ C, coefficients, intercepts }) => {
    const data = rowsOf(vector);
    const found = done(fitLogistic({ data, classes: countOf(vector.target), penalty: 1 / C }));
    if (coefficients.length === 1) {
      expect([found.intercepts[0], ...found.coefficients[0]]).toEqual([0, ...data.names.map(() => 0)]);
      expectNear(found.coefficients[1], coefficients[0]);
      expectNear(found.intercepts.slice(1), intercepts);
    } else {
      expectNear(found.coefficients.flat(), coefficients.flat());
      // A constant added to all intercepts changes nothing; scikit-learn leaves it to chance.
      expectNear(found.intercepts, centred(intercepts));
    }
  });
});

describe.each(parity.ordinal)('ordinal regression as statsmodels has it: $name', (vector) => {
  it('without a penalty', () => {
    const data = rowsOf(vector);
    const found = done(fitOrdinal({ data, classes: countOf(vector.target), penalty: 0 }));
    expectNear(found.coefficients, vector.coefficients);
    expectNear(found.thresholds, vector.thresholds);
    expect(found.diagnostics.logLoss).toBeCloseTo(-vector.logLikelihood / data.rows, 9);
  });
});

it('is the same model of two classes, ordered or not', () => {
  const data = rowsOf(parity.logistic[0]);
  const free = done(fitLogistic({ data, classes: 2, penalty: 0.5 }));
  const ordered = done(fitOrdinal({ data, classes: 2, penalty: 0.5 }));
  expectNear(ordered.coefficients, free.coefficients[1]);
  expectNear(ordered.thresholds, [-free.intercepts[1]]);
  expect(ordered.diagnostics.logLoss).toBeCloseTo(free.diagnostics.logLoss, 9);
});

type Asked = Parameters<typeof fitLogistic>[0];
const methods: [string, (asked: Asked) => FitAnswer<LogisticFit | OrdinalFit>][] = [
  ['logistic', fitLogistic],
  ['ordinal', fitOrdinal],
];
describe.each(methods)('%s rows', (_, answerTo) => {
  const features = Array.from({ length: 60 }, (_, i) => [Math.sin(i), Math.cos(2 * i)]);
  const target = features.map(([a, b], i) => (a + 0.5 * b + Math.sin(i * i) > 0 ? 3 : 1));
  const task = (rows: Omit<Rows, 'name'>, penalty = 1) => ({ data: rowsOf(rows), classes: 5, penalty });
  const fitRows = (rows: Omit<Rows, 'name'>, penalty?: number) => done(answerTo(task(rows, penalty)));

  it('counts a row of weight 2 as two rows, and one of weight 0 as none', () => {
    const weights = features.map((_, i) => i % 3);
    const repeated = features.flatMap((row, i) => new Array<number[]>(weights[i]).fill(row));
    const labels = target.flatMap((value, i) => new Array<number>(weights[i]).fill(value));
    const weighted = fitRows({ features, target, weights });
    const twice = fitRows({ features: repeated, target: labels });
    expectNear(weighted.coefficients.flat(), twice.coefficients.flat());
    expect(weighted.present).toEqual([1, 3]);
  });

  it('does not see a class whose rows weigh nothing', () => {
    const weights = target.map((value) => (value === 3 ? 0 : 1));
    expect(fitRows({ features, target, weights }).present).toEqual([1]);
  });

  it('has no slope for a constant column, with or without penalty', () => {
    const wider = features.map((row) => [...row, 0.1]);
    for (const penalty of [0.01, 1e-9]) {
      const found = fitRows({ features: wider, target }, penalty).coefficients.flat();
      expect(found.filter((_, i) => i % 3 === 2)).toEqual(found.length === 3 ? [0] : [0, 0]);
    }
  });

  it('settles where two columns are the same and a column is huge', () => {
    const wider = features.map(([a, b]) => [a, a, 1e6 * b + 1e7]);
    const [first, second, large] = fitRows({ features: wider, target }).coefficients.flat().slice(-3);
    expect(first).toBeCloseTo(second, 6);
    expect(Math.abs(large)).toBeLessThan(1e-4);
  });

  it('settles where a line parts the classes, and says so where nothing holds the slopes', () => {
    const parted = features.map(([a]) => (a > 0 ? 3 : 1));
    expect(fitRows({ features, target: parted }, 1e-6).diagnostics.logLoss).toBeLessThan(1e-3);
    const unheld = answerTo(task({ features, target: parted }, 0));
    expect(unheld.state === 'done' ? unheld.fit.diagnostics.logLoss : 0).toBeLessThan(1e-9);
  });

  it('names the missing cell, and tells of numbers that are too large', () => {
    const missing = features.map(([a, b], i) => [a, i === 4 ? Number.NaN : b]);
    expect(answerTo(task({ features: missing, target }))).toMatchObject({
      state: 'missing',
      name: 'x1',
      row: 4,
    });
    const huge = features.map(([a, b], i) => [a, i % 2 === 0 ? 1.7e308 : -1.7e308 * b]);
    expect(answerTo(task({ features: huge, target }))).toEqual({ state: 'overflow' });
  });
});

it('needs few steps for rare classes and columns of very different spread', () => {
  const features = Array.from({ length: 800 }, (_, i) => {
    const tail = Math.tan(1.5 * Math.sin(i * i));
    return [1e3 * tail ** 2, Math.sin(3 * i), 1e-3 * Math.cos(i), tail > 5 ? 1 : 0];
  });
  const target = features.map(
    ([a, b], i) => (i % 97 === 0 ? 5 : Math.floor(2 * (b + 1)) % 4) + (a > 2e4 ? 1 : 0),
  );
  const data = rowsOf({ features, target });
  const free = done(fitLogistic({ data, classes: 7, penalty: 1e-4 }));
  expect(free.diagnostics.newtonSteps).toBeLessThan(40);
  const ordered = done(fitOrdinal({ data, classes: 7, penalty: 1e-4 }));
  expect(ordered.diagnostics.newtonSteps).toBeLessThan(20);
  expect(free.diagnostics.logLoss).toBeLessThan(ordered.diagnostics.logLoss);
});
