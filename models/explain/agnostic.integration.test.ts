import { afterAll, describe, expect, it } from 'vitest';
import type { Matrix } from '../../contracts/frame.ts';
import { weightedRmse } from '../estimators/score.ts';
import { closePool, runInPool } from '../pool.ts';
import { kernelShap, lime, pairDependence, partialDependence, permutationImportance } from './index.ts';
import { takeRows } from './matrix.ts';
import parity from './parity/agnostic.json' with { type: 'json' };
import type { Surrogate, SurrogateTask } from './surrogate.worker.ts';

afterAll(closePool);

const width = 5;
const rows: Matrix = {
  rows: parity.rows.length,
  names: ['a', 'b', 'c', 'd', 'e'],
  data: Float64Array.from(parity.rows.flat()),
};
/** The function of parity/agnostic.py; `only` its first output. */
const both = async ({ rows: count, data }: Matrix): Promise<Float64Array> =>
  Float64Array.from({ length: 2 * count }, (_, i) => {
    const [a, b, c, d] = data.subarray(Math.floor(i / 2) * width, Math.floor(i / 2) * width + width);
    return i % 2 === 0 ? a * b + Math.sin(c) : d * d - a;
  });
const only = async (matrix: Matrix): Promise<Float64Array> =>
  (await both(matrix)).filter((_, i) => i % 2 === 0);
const background = takeRows(rows, [0, 1, 2, 3, 4, 5, 6]);
const near = (found: ArrayLike<number>, expected: ArrayLike<number>, digits = 9) => {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < found.length; i++) expect(found[i]).toBeCloseTo(expected[i], digits);
};

describe('kernel SHAP', () => {
  it(`is that of shap ${parity.versions.shap} where all subsets are tried`, async () => {
    const some = takeRows(rows, [10, 11, 12]);
    const found = await kernelShap(both, 2, some, background, { seed: 1 });
    near(found.base, parity.kernelShap.base);
    near(found.values, parity.kernelShap.values, 8);
  });

  it('comes near to the exact values with a part of the subsets, and adds up all the same', async () => {
    const names = Array.from({ length: 14 }, (_, i) => `x${i}`);
    const predict = async (matrix: Matrix) =>
      Float64Array.from({ length: matrix.rows }, (_, row) => {
        const cells = matrix.data.subarray(row * 14, row * 14 + 14);
        return cells.reduce((sum, x, i) => sum + (i + 1) * x, 0) + 3 * cells[0] * cells[13];
      });
    const zeros = { rows: 1, names, data: new Float64Array(14) };
    const ones = { rows: 1, names, data: new Float64Array(14).fill(1) };
    const { values, base } = await kernelShap(predict, 1, ones, zeros, { seed: 4, samples: 600 });
    const again = await kernelShap(predict, 1, ones, zeros, { seed: 4, samples: 600 });
    expect(again.values).toEqual(values);
    expect(base[0]).toBe(0);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(108, 9);
    const exact = (i: number) => i + 1 + (i === 0 || i === 13 ? 1.5 : 0);
    for (let i = 0; i < 14; i++) expect(Math.abs(values[i] - exact(i))).toBeLessThan(0.2);
  });

  it('gives no effect to what does not differ, also where it is missing on both sides', async () => {
    const data = Float64Array.of(1, 2, Number.NaN, 3, Number.NaN, 2, Number.NaN, 5);
    const two = { rows: 2, names: ['a', 'b', 'c', 'd'], data };
    const predict = async (matrix: Matrix) =>
      Float64Array.from({ length: matrix.rows }, (_, row) => matrix.data[row * 4 + 3] * 10);
    const { values } = await kernelShap(predict, 1, takeRows(two, [0]), takeRows(two, [1]), { seed: 0 });
    near(values, [0, 0, 0, -20]);
  });
});

describe('LIME', () => {
  const linear = async ({ rows: count, data }: Matrix) =>
    Float64Array.from({ length: count }, (_, row) => 4 + 2 * data[row * width] - 3 * data[row * width + 1]);

  it('finds the line of a linear model, with effects from the background mean', async () => {
    const row = rows.data.subarray(0, width);
    const found = await lime(linear, 1, row, rows, { seed: 2, samples: 3_000 });
    const mean = (column: number) => parity.rows.reduce((sum, cells) => sum + cells[column], 0) / rows.rows;
    expect(found.fidelity[0]).toBeGreaterThan(0.999);
    expect(found.effects[0]).toBeCloseTo(2 * (row[0] - mean(0)), 1);
    expect(found.effects[1]).toBeCloseTo(-3 * (row[1] - mean(1)), 1);
    near(found.effects.subarray(2), [0, 0, 0], 1);
    const total = found.effects.reduce((sum, effect) => sum + effect, found.base[0]);
    expect(total).toBeCloseTo((await linear({ ...rows, rows: 1, data: row }))[0], 1);
  });

  it('is the same for the same seed, says how badly a line fits, and leaves missing values missing', async () => {
    const row = Float64Array.of(0, 0, 0, 1, Number.NaN);
    const wavy = async ({ rows: count, data }: Matrix) =>
      Float64Array.from({ length: count }, (_, at) => Math.cos(20 * data[at * width]));
    const first = await lime(wavy, 1, row, rows, { seed: 2 });
    expect(await lime(wavy, 1, row, rows, { seed: 2 })).toEqual(first);
    expect(first.fidelity[0]).toBeLessThan(0.5);
    expect(first.effects[4]).toBe(0);
  });

  it(`solves its ridge line as scikit-learn ${parity.versions['scikit-learn']}`, async () => {
    const { ridge } = parity;
    const task: SurrogateTask = {
      inputs: rows.data,
      width,
      targets: await both(rows),
      outputs: 2,
      weights: Float64Array.from(ridge.weights),
      rule: { kind: 'ridge', penalty: 1 },
    };
    const worker = new URL('./surrogate.worker.ts', import.meta.url);
    const found = await runInPool<SurrogateTask, Surrogate>(worker, task);
    near(found.slopes, ridge.slopes);
    near(found.intercepts, ridge.intercepts);
    near(found.fidelity, ridge.fidelity);
  });
});

describe('partial dependence', () => {
  it.each([
    ['a', parity.dependence[0]],
    ['d', parity.dependence[3]],
  ] as const)('of %s is that of scikit-learn, means and single rows', async (feature, expected) => {
    const options = { gridPoints: 8, individuals: 3 };
    const found = await partialDependence(only, 1, rows, feature, options);
    near(found.grid, expected.grid);
    near(found.mean[0], expected.mean);
    for (const [row, curve] of expected.individual.entries()) near(found.individual[row][0], curve);
  });

  it('of two features is that of scikit-learn', async () => {
    const found = await pairDependence(only, 1, rows, ['a', 'b'], { gridPoints: 4 });
    for (const side of [0, 1]) near(found.grids[side], parity.pair.grids[side]);
    for (const [i, values] of parity.pair.mean.entries()) near(found.mean[0][i], values);
  });

  it('leaves missing values out of the grid, and names a feature that is not there', async () => {
    const data = Float64Array.of(1, Number.NaN, 2);
    const column = { rows: 3, names: ['a'], data };
    const same = async (matrix: Matrix) => matrix.data.slice();
    expect((await partialDependence(same, 1, column, 'a')).grid).toEqual([1, 2]);
    await expect(partialDependence(same, 1, column, 'z')).rejects.toThrow('no feature "z" among a');
  });
});

describe('permutation importance', () => {
  const target = Float64Array.from(parity.target);
  const loss = async (matrix: Matrix) => weightedRmse(await only(matrix), target);

  it('is that of scikit-learn up to the randomness of shuffling', async () => {
    const repeats = 400;
    const found = await permutationImportance(loss, rows, { seed: 3, repeats });
    for (const [i, { mean, standardDeviation }] of found.entries()) {
      const deviation = parity.permutation.standardDeviation[i];
      expect(Math.abs(mean - parity.permutation.mean[i])).toBeLessThanOrEqual(
        (4 * deviation) / Math.sqrt(repeats),
      );
      expect(Math.abs(standardDeviation - deviation)).toBeLessThanOrEqual(0.2 * deviation);
    }
    expect(found[4].mean).toBe(0);
  });

  it('repeats by its seed and stops when cancelled', async () => {
    const first = await permutationImportance(loss, rows, { seed: 3 });
    expect(await permutationImportance(loss, rows, { seed: 3 })).toEqual(first);
    const cancelled = permutationImportance(loss, rows, { seed: 3, signal: AbortSignal.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
