import { describe, expect, it } from 'vitest';
import type { Task } from '../../contracts/estimator.ts';
import { type ValidationSpec, validationSpecSchema } from '../../contracts/pipeline.ts';
import { type Fold, type FoldRows, foldsOf, makeFolds } from './folds.ts';
import parity from './parity/folds.json' with { type: 'json' };

const regression: Task = { kind: 'regression' };
const classification: Task = { kind: 'classification', classes: 4, ordered: false };
const range = (length: number) => Array.from({ length }, (_, i) => i);
const numbers = (count: number): FoldRows => ({
  count,
  target: Float64Array.from(range(count), (i) => Math.sin(i) * 100),
  task: regression,
});
const of = (spec: unknown): ValidationSpec => validationSpecSchema.parse(spec);

describe(`folds without a shuffle against scikit-learn ${parity.scikitLearn}`, () => {
  for (const { spec, rows, folds, ...given } of parity.cases) {
    it(`${spec.kind}: ${spec.folds} folds of ${rows} rows`, () => {
      const column = (name: 'target' | 'groups' | 'times') =>
        name in given ? Float64Array.from((given as Record<string, number[]>)[name]) : undefined;
      const own = foldsOf(of(spec), {
        count: rows,
        target: column('target') ?? new Float64Array(rows),
        task: 'target' in given ? classification : regression,
        groups: column('groups'),
        times: column('times'),
      });
      expect(own.map(({ train, test }) => ({ train: [...train], test: [...test] }))).toEqual(folds);
    });
  }
});

const testedOnce = (folds: Fold[], count: number): void => {
  expect(folds.flatMap(({ test }) => [...test]).sort((a, b) => a - b)).toEqual(range(count));
  for (const { train, test } of folds)
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(range(count));
};

describe('shuffled folds', () => {
  it('test every row once a repeat, and differ by seed and repeat', () => {
    const spec = of({ kind: 'k-fold', folds: 4, repeats: 3 });
    const folds = makeFolds(spec, 1, numbers(51));
    expect(folds.length).toBe(12);
    for (const repeat of range(3)) testedOnce(folds.slice(4 * repeat, 4 * repeat + 4), 51);
    expect(folds[4]).not.toEqual(folds[0]);
    expect(makeFolds(spec, 1, numbers(51))).toEqual(folds);
    expect(makeFolds(spec, 2, numbers(51))).not.toEqual(folds);
    expect(folds.slice(0, 4).map(({ test }) => test.length)).toEqual([13, 13, 13, 12]);
  });

  it('have the shares of classes, or of the deciles of a number', () => {
    const target = Float64Array.from(range(503), (i) => (i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 3));
    const spec = of({ kind: 'stratified', folds: 5 });
    const folds = makeFolds(spec, 3, { count: 503, target, task: classification });
    testedOnce(folds, 503);
    for (const { test } of folds)
      for (const [k, share] of [
        [0, 0.7],
        [1, 0.2],
        [3, 0.1],
      ]) {
        const rows = test.filter((row) => target[row] === k).length;
        expect(Math.abs(rows - (share * 503) / 5)).toBeLessThan(1.5);
      }
    const deciles = makeFolds(spec, 3, numbers(500));
    const sorted = numbers(500).target.sort();
    for (const { test } of deciles) {
      const low = test.filter((row) => numbers(500).target[row] < sorted[50]).length;
      expect(Math.abs(low - 10)).toBeLessThanOrEqual(1);
    }
  });

  it('keep a group together, missing ones too, and folds about equally large', () => {
    const groups = Float64Array.from(range(400), (i) => (i % 23 === 0 ? Number.NaN : (i * 7) % 19));
    const folds = makeFolds(of({ kind: 'group', by: 'truck', folds: 4 }), 0, { ...numbers(400), groups });
    testedOnce(folds, 400);
    for (const { train, test } of folds) {
      const tested = new Set(test.map((row) => groups[row]));
      const trained = new Set(Float64Array.from(train, (row) => groups[row]));
      for (const group of new Set(Float64Array.from(test, (row) => groups[row])))
        expect(trained.has(group)).toBe(false);
      expect(tested.size).toBeGreaterThan(0);
      expect(Math.abs(test.length - 100)).toBeLessThan(25);
    }
  });
});

describe('folds in time', () => {
  const spec = of({ kind: 'time-series', by: 'at', folds: 3, gap: 2 });

  it('learn from what is strictly before, whatever the order of the rows; rows without a time are left out', () => {
    const times = Float64Array.from(range(80), (i) => (i % 9 === 0 ? Number.NaN : Math.floor((80 - i) / 3)));
    const folds = makeFolds(spec, 0, { ...numbers(80), times });
    for (const { train, test } of folds) {
      const lastTrained = Math.max(...Array.from(train, (row) => times[row]));
      expect(lastTrained).toBeLessThan(Math.min(...Array.from(test, (row) => times[row])));
      for (const row of [...train, ...test]) expect(row % 9).not.toBe(0);
    }
    expect(folds[2].train.length).toBeGreaterThan(folds[0].train.length);
  });
});

describe('folds that cannot be', () => {
  it.each([
    ['fewer rows than folds', { kind: 'k-fold', folds: 5 }, 4, 'at least 5 rows'],
    ['fewer rows than strata need', { kind: 'stratified', folds: 5 }, 4, 'at least 5 rows'],
    ['fewer groups than folds', { kind: 'group', by: 'g', folds: 3 }, 20, 'at least 3 groups'],
    [
      'nothing before the first fold',
      { kind: 'time-series', by: 't', folds: 3, gap: 9 },
      20,
      'at least 13 rows',
    ],
  ])('%s', (_, spec, count, expected) => {
    const rows = {
      ...numbers(count),
      groups: Float64Array.from(range(count), (i) => i % 2),
      times: Float64Array.from(range(count)),
    };
    expect(() => makeFolds(of(spec), 0, rows)).toThrowError(
      expect.objectContaining({ code: 'DATASET_TOO_SMALL', details: expect.objectContaining({ expected }) }),
    );
  });

  it('a holdout, and columns that were not handed over', () => {
    expect(() => makeFolds({ kind: 'holdout' }, 0, numbers(9))).toThrowError('no folds');
    expect(() => makeFolds(of({ kind: 'group', by: 'g' }), 0, numbers(9))).toThrowError('need their groups');
    expect(() => makeFolds(of({ kind: 'time-series', by: 't' }), 0, numbers(9))).toThrowError(
      'need their times',
    );
  });
});
