import { afterAll, describe, expect, it } from 'vitest';
import type { TreeModel } from '../../contracts/estimator.ts';
import type { Matrix } from '../../contracts/frame.ts';
import { closePool } from '../pool.ts';
import { treeInteractions, treeShap } from './index.ts';
import parity from './parity/trees.json' with { type: 'json' };
import { affordableRows } from './work.ts';

afterAll(closePool);

type Case = (typeof parity.cases)[number];

/** libxgboost writes its single-precision numbers with few digits. */
function modelOf({ model }: Case): TreeModel {
  const comparison = model.comparison as TreeModel['comparison'];
  const trees = model.trees.map((tree) => ({
    ...tree,
    value: comparison === 'below' ? tree.value.map(Math.fround) : tree.value,
  }));
  return { ...model, trees, comparison, link: model.link as TreeModel['link'] };
}

function matrixOf({ rows }: Case): Matrix {
  const names = rows[0].map((_, i) => `x${i}`);
  return { rows: rows.length, names, data: Float64Array.from(rows.flat(), (cell) => cell ?? Number.NaN) };
}

function largestDifference(found: Float64Array, expected: number[]): number {
  expect(found).toHaveLength(expected.length);
  return found.reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i])), 0);
}

/** What the trees answer for a row, by walking down. */
function sumsOf(model: TreeModel, row: Float64Array): number[] {
  const sums = [...model.base];
  for (const { left, right, feature, value, missingLeft, output } of model.trees) {
    let node = 0;
    while (left[node] >= 0) {
      const x = model.singlePrecision ? Math.fround(row[feature[node]]) : row[feature[node]];
      const isLeft = Number.isNaN(x)
        ? missingLeft[node] === 1
        : model.comparison === 'below'
          ? x < value[node]
          : x <= value[node];
      node = isLeft ? left[node] : right[node];
    }
    sums[output] += value[node];
  }
  return sums;
}

describe.each(parity.cases)('TreeSHAP of a $name', (example) => {
  const model = modelOf(example);
  const rows = matrixOf(example);
  const outputs = model.base.length;
  const width = rows.names.length;

  it(`gives the values of shap ${parity.versions.shap}`, async () => {
    const { values, base } = await treeShap(model, rows);
    expect(largestDifference(values, example.values)).toBeLessThan(1e-6);
    expect(largestDifference(base, example.base)).toBeLessThan(1e-6);
  });

  it('adds up to what the trees answer', async () => {
    const { values, base } = await treeShap(model, rows);
    for (let row = 0; row < rows.rows; row++) {
      const sums = sumsOf(model, rows.data.subarray(row * width, (row + 1) * width));
      for (const [output, sum] of sums.entries()) {
        const start = (row * outputs + output) * width;
        const effects = values.subarray(start, start + width).reduce((total, value) => total + value, 0);
        expect(base[output] + effects).toBeCloseTo(sum, 9);
      }
    }
  });

  it('gives the interactions of shap, which add up to the values', async () => {
    const interactions = await treeInteractions(model, rows);
    expect(largestDifference(interactions, example.interactions)).toBeLessThan(1e-6);
    const { values } = await treeShap(model, rows);
    for (let i = 0; i < values.length; i++) {
      const parts = interactions.subarray(i * width, (i + 1) * width);
      expect(parts.reduce((total, value) => total + value, 0)).toBeCloseTo(values[i], 9);
    }
  });
});

describe('TreeSHAP', () => {
  const [example] = parity.cases;
  const model = modelOf(example);
  const few = matrixOf(example);

  it('gives each row the same over many threads as alone', async () => {
    const times = 40;
    const data = new Float64Array(few.data.length * times);
    for (let i = 0; i < times; i++) data.set(few.data, i * few.data.length);
    const alone = await treeShap(model, few);
    const together = await treeShap(model, { ...few, rows: few.rows * times, data });
    for (let i = 0; i < together.values.length; i++)
      expect(together.values[i]).toBe(alone.values[i % alone.values.length]);
  });

  it('answers for no rows, no trees, a tree of one leaf and a child that no training row reached', async () => {
    expect((await treeShap(model, { ...few, rows: 0, data: new Float64Array(0) })).values).toHaveLength(0);
    const empty = await treeShap({ ...model, trees: [] }, few);
    expect(empty.base).toEqual(Float64Array.of(0.5));
    expect(empty.values.every((value) => value === 0)).toBe(true);
    const leaf = {
      left: [-1],
      right: [-1],
      feature: [0],
      value: [2],
      missingLeft: [0],
      cover: [9],
      output: 0,
    };
    expect((await treeShap({ ...model, trees: [leaf] }, few)).base).toEqual(Float64Array.of(2.5));
    const stump = {
      left: [1, -1, -1],
      right: [2, -1, -1],
      feature: [0, 0, 0],
      value: [0, 1, 5],
      missingLeft: [1, 0, 0],
      cover: [4, 4, 0],
      output: 0,
    };
    const one = { rows: 2, names: ['x0'], data: Float64Array.of(-1, 1) };
    const found = await treeShap({ ...model, trees: [stump] }, one);
    expect(found.base).toEqual(Float64Array.of(1.5));
    expect(found.values).toEqual(Float64Array.of(0, 4));
  });

  it('stops at once when cancelled', async () => {
    const rows = 200_000;
    const data = new Float64Array(rows * few.names.length);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    const startedMs = performance.now();
    const running = treeInteractions(model, { ...few, rows, data }, controller.signal);
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(performance.now() - startedMs).toBeLessThan(1_300);
  });

  it('knows how many rows it can afford: fewer for deeper trees, never none', () => {
    const deep = { ...model, trees: Array.from({ length: 500_000 }, () => model.trees[0]) };
    expect(affordableRows(deep)).toBeLessThan(affordableRows(model));
    expect(affordableRows(deep, true)).toBe(10);
  });
});
