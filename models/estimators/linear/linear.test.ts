import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LabelledRows } from '../../../contracts/estimator.ts';
import { linear } from '../linear.ts';
import { ridge } from '../ridge.ts';
import { factorise } from './factor.ts';
import type { Diagnostics } from './protocol.ts';

interface ParityCase {
  name: string;
  features: number[][];
  target: number[];
  weights: number[] | null;
  leastSquares: {
    coefficients: number[];
    standardErrors: number[];
    t: number[];
    p: number[];
    rSquared: number;
    adjustedRSquared: number;
    f: [number, number];
    residualStandardError: number;
    durbinWatson: number;
    conditionNumber: number;
    varianceInflation?: number[];
    breuschPagan?: [number, number];
    largestLeverage?: [number, number];
    jarqueBera: number[];
    influential: Record<'rows' | 'leverage' | 'studentizedResidual' | 'cooksDistance', number[]>;
    quantiles: [number[], number[]];
  };
  ridge: { alpha: number; coefficients: number[] }[];
}
const parity: { cases: ParityCase[] } = JSON.parse(
  readFileSync(new URL('./parity/linear.json', import.meta.url), 'utf8'),
);

const rowsOf = (features: number[][], target: number[], weights?: number[] | null): LabelledRows => ({
  features: {
    rows: features.length,
    names: features[0].map((_, j) => `x${j}`),
    data: Float64Array.from(features.flat()),
  },
  target: Float64Array.from(target),
  weights: weights ? Float64Array.from(weights) : undefined,
});
const context = () => ({ threads: 1, signal: new AbortController().signal });
const fitLinear = (train: LabelledRows) =>
  linear.fit({ params: {}, train, seed: 0, task: { kind: 'regression' } }, context());

const near = (actual: number | null | undefined, expected: number, relative = 1e-6) => {
  expect(actual).toBeTypeOf('number');
  expect(Math.abs((actual ?? Number.NaN) - expected)).toBeLessThanOrEqual(relative * Math.abs(expected));
};
const allNear = (actual: (number | null)[], expected: number[], relative?: number) => {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    near(actual[i], value, relative);
  });
};

describe.each(parity.cases)('least squares as statsmodels has it: $name', (vector) => {
  const expected = vector.leastSquares;
  const fitted = fitLinear(rowsOf(vector.features, vector.target, vector.weights));
  const diagnostics = async () => (await fitted).diagnostics as Diagnostics;

  it('has the coefficients with their errors', async () => {
    const { intercept, coefficients } = await diagnostics();
    const all = [intercept, ...coefficients];
    allNear(
      all.map(({ value }) => value),
      expected.coefficients,
    );
    allNear(
      all.map(({ standardError }) => standardError),
      expected.standardErrors,
    );
    allNear(
      all.map(({ t }) => t),
      expected.t,
    );
  });

  it('has p-values to their last digits, however small', async () => {
    const { intercept, coefficients, f } = await diagnostics();
    allNear(
      [intercept, ...coefficients].map(({ p }) => p),
      expected.p,
      1e-5,
    );
    near(f.value, expected.f[0]);
    near(f.p, expected.f[1], 1e-4);
  });

  it('has the figures of the whole fit', async () => {
    const found = await diagnostics();
    near(found.rSquared, expected.rSquared);
    near(found.adjustedRSquared, expected.adjustedRSquared);
    near(found.residualStandardError, expected.residualStandardError);
    near(found.durbinWatson, expected.durbinWatson);
    near(found.conditionNumber, expected.conditionNumber);
  });

  it.runIf(expected.breuschPagan)('has variance inflation, Breusch–Pagan and leverage', async () => {
    const found = await diagnostics();
    allNear(
      found.coefficients.map((column) => column.varianceInflation),
      expected.varianceInflation ?? [],
    );
    near(found.breuschPagan.lagrangeMultiplier, expected.breuschPagan?.[0] ?? 0);
    near(found.breuschPagan.p, expected.breuschPagan?.[1] ?? 0);
    near(found.largestLeverage.value, expected.largestLeverage?.[0] ?? 0);
    expect(found.largestLeverage.row).toBe(expected.largestLeverage?.[1]);
  });
});

describe.each(parity.cases)('residuals and influence as statsmodels has them: $name', (vector) => {
  const expected = vector.leastSquares;
  const diagnostics = async () =>
    (await fitLinear(rowsOf(vector.features, vector.target, vector.weights))).diagnostics as Diagnostics;

  it('has Jarque–Bera, with skewness and kurtosis', async () => {
    const { value, p, skewness, kurtosis } = (await diagnostics()).jarqueBera;
    allNear([value, p, skewness, kurtosis], expected.jarqueBera);
  });

  it('has the ten rows that move the fit most', async () => {
    const { influential } = await diagnostics();
    const { rows, leverage, studentizedResidual, cooksDistance } = expected.influential;
    expect(influential.map(({ row }) => row)).toEqual(rows);
    allNear(
      influential.map((row) => row.leverage),
      leverage,
    );
    allNear(
      influential.map((row) => row.studentizedResidual),
      studentizedResidual,
    );
    allNear(
      influential.map((row) => row.cooksDistance),
      cooksDistance,
    );
  });

  it('has at most 101 points of normal quantiles against residuals', async () => {
    const { theoretical, residual } = (await diagnostics()).quantiles;
    expect(residual).toHaveLength(Math.min(101, vector.target.length));
    // Both go through 0, where only the absolute difference counts.
    const shifted = (values: number[]) => values.map((value) => value + 10);
    allNear(shifted(theoretical), shifted(expected.quantiles[0]), 1e-9);
    allNear(shifted(residual), shifted(expected.quantiles[1]));
  });
});

describe.each(parity.cases)('ridge as scikit-learn has it: $name', (vector) => {
  it.each(vector.ridge)('alpha $alpha', async ({ alpha, coefficients }) => {
    const train = rowsOf(vector.features, vector.target, vector.weights);
    const model = await ridge.fit(
      { params: { alpha }, train, seed: 0, task: { kind: 'regression' } },
      context(),
    );
    const saved = JSON.parse(Buffer.from(await model.save()).toString());
    allNear([saved.intercept, ...saved.coefficients], coefficients);
  });
});

describe('columns that say nothing new', () => {
  const a = Array.from({ length: 30 }, (_, i) => Math.sin(i));
  const b = Array.from({ length: 30 }, (_, i) => Math.cos(2 * i));
  const target = a.map((value, i) => 2 * value - b[i] + 0.01 * Math.sin(7 * i) + 5);

  it('drops constants and combinations, and predicts as without them', async () => {
    const full = rowsOf(
      a.map((value, i) => [3, value, value * 1e6 - 2, b[i], value + b[i]]),
      target,
    );
    const plain = rowsOf(
      a.map((value, i) => [value, b[i]]),
      target,
    );
    const [model, reference] = [await fitLinear(full), await fitLinear(plain)];
    expect((model.diagnostics as Diagnostics).dropped).toEqual([
      { name: 'x0', reason: 'constant' },
      { name: 'x2', reason: 'collinear' },
      { name: 'x4', reason: 'collinear' },
    ]);
    allNear([...(await model.predict(full.features))], [...(await reference.predict(plain.features))], 1e-10);
  });

  it('keeps as many columns as the rows allow, and leaves out what has no degrees of freedom', async () => {
    const model = await fitLinear(
      rowsOf(
        [
          [1, 5, 2],
          [2, 3, 9],
          [4, 1, 1],
        ],
        [1, 2, 3],
      ),
    );
    const diagnostics = model.diagnostics as Diagnostics;
    expect(diagnostics.dropped).toEqual([{ name: 'x2', reason: 'collinear' }]);
    expect(diagnostics.residualDegreesOfFreedom).toBe(0);
    expect(diagnostics.intercept).toMatchObject({ standardError: null, t: null, p: null });
    expect(diagnostics.influential).toEqual([]);
    expect(JSON.parse(JSON.stringify(diagnostics))).toEqual(diagnostics);
  });

  it('does not judge a row that has a column to itself, but the others', async () => {
    const own = a.map((value, i) => [value, i === 7 ? 1 : 0]);
    const { influential, largestLeverage } = (await fitLinear(rowsOf(own, target)))
      .diagnostics as Diagnostics;
    expect(largestLeverage.row).toBe(7);
    near(largestLeverage.value, 1);
    expect(influential).toHaveLength(10);
    expect(influential.map(({ row }) => row)).not.toContain(7);
  });
});

it('reduces many blocks of rows to the triangle of all of them', () => {
  const rows = 5_000;
  const names = ['a', 'b'];
  const features = Float64Array.from({ length: rows * 2 }, (_, i) => Math.sin(i * i) + (i % 2) * 1e5);
  const target = Float64Array.from({ length: rows }, (_, i) => Math.cos(i));
  const { triangle } = factorise({ rows, names, features, target });
  const product = triangle.transpose().mmul(triangle);
  const mean = (j: number) => features.reduce((sum, v, i) => (i % 2 === j ? sum + v : sum), 0) / rows;
  const [meanA, meanB] = [mean(0), mean(1)];
  let direct = 0;
  for (let i = 0; i < rows; i++) direct += (features[2 * i] - meanA) * (features[2 * i + 1] - meanB);
  expect(product.get(0, 1)).toBeCloseTo(direct, 6);
});

it('names the cell that is missing, and numbers that are too large', async () => {
  const missing = fitLinear(
    rowsOf(
      [
        [1, 2],
        [3, Number.NaN],
      ],
      [1, 2],
    ),
  );
  await expect(missing).rejects.toMatchObject({
    code: 'TRAINING_FAILED',
    details: { field: 'x1', where: 'row 1' },
  });
  const huge = fitLinear(rowsOf([[1e308], [1.5e308], [1]], [1, 2, 3]));
  await expect(huge).rejects.toMatchObject({ code: 'TRAINING_FAILED', details: { field: 'features' } });
});

it('refuses bytes that are not a saved model', async () => {
  await expect(
    linear.load(Buffer.from('{"names":["a"],"coefficients":[],"intercept":1}')),
  ).rejects.toMatchObject({
    code: 'ARTIFACT_CORRUPT',
  });
});
