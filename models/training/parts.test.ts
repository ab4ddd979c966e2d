import { describe, expect, it } from 'vitest';
import { definePipeline } from '../../contracts/pipeline.ts';
import type { FeatureStepState } from '../features/index.ts';
import { constraintsOn } from './constraints.ts';
import { candidateToFit } from './fit.ts';
import { targetOf } from './prepare.ts';
import { joinRows, type PreparedRows, rowsAt } from './rows.ts';
import { taskOf } from './task.ts';
import { furnaceDefinition, ordersDefinition, ordersFrame } from './testing.ts';
import { balancedClassWeights, weightsByClass } from './weights.ts';

const orders = definePipeline({
  ...ordersDefinition,
  ordered: true,
  candidates: [
    { estimator: 'logistic', params: { C: 0.5 } },
    { estimator: 'xgboost', name: 'boosted', steps: [] },
    { estimator: 'voting', members: ['logistic', 'boosted'] },
  ],
});

const rowsOf = (target: number[], more: Partial<PreparedRows> = {}): PreparedRows => ({
  features: { rows: target.length, names: ['x'], data: Float64Array.from(target, (value) => 10 * value) },
  target: Float64Array.from(target),
  base: new Float64Array(target.length).fill(1),
  residual: Float64Array.from(target, (value) => value - 1),
  rowIds: Float64Array.from(target, (_, row) => row),
  ...more,
});

describe('what a pipeline learns', () => {
  it('is its task, with as many classes as the target has values', () => {
    expect(taskOf(orders)).toEqual({ kind: 'classification', classes: 3, ordered: true });
    expect(taskOf(definePipeline(furnaceDefinition))).toEqual({ kind: 'regression' });
  });

  it('is a class by its index, also where the frame has another order and rows are picked', () => {
    const frame = ordersFrame(4);
    frame.columns.channel = {
      kind: 'text',
      codes: Int32Array.of(0, 1, 2, 0),
      dictionary: ['visit', 'digital', 'phone'],
    };
    expect([...targetOf(orders, frame)]).toEqual([2, 0, 1, 2]);
    expect([...targetOf(orders, frame, Int32Array.of(2, 1))]).toEqual([1, 0]);
  });

  it('is nothing where a row has no class or an unknown one', () => {
    const frame = ordersFrame(2);
    frame.columns.channel = { kind: 'text', codes: Int32Array.of(0, 1), dictionary: ['visit', 'fax'] };
    expect(() => targetOf(orders, frame)).toThrowError(
      expect.objectContaining({
        code: 'TRAINING_FAILED',
        details: expect.objectContaining({ value: 'fax', where: 'row 1' }),
      }),
    );
    frame.columns.channel = { kind: 'text', codes: Int32Array.of(-1, 0), dictionary: ['visit'] };
    expect(() => targetOf(orders, frame)).toThrowError('Row 0 has no channel');
  });
});

describe('a candidate to fit', () => {
  it('is the one of that name, with other parameters, its steps and its members', () => {
    expect(candidateToFit(orders, 'boosted', { rounds: 9 })).toMatchObject({
      estimator: 'xgboost',
      params: { rounds: 9 },
      steps: [],
    });
    expect(candidateToFit(orders, 'voting', {}).members).toEqual([
      { name: 'logistic', estimator: 'logistic', params: { C: 0.5 } },
      { name: 'boosted', estimator: 'xgboost', params: {} },
    ]);
    expect(() => candidateToFit(orders, 'oracle', {})).toThrowError('has no candidate "oracle"');
  });
});

describe('rows', () => {
  it('are joined and picked with all that belongs to them', () => {
    const first = rowsOf([0, 1, 2], { groups: Float64Array.of(5, 6, 7), weights: Float64Array.of(1, 2, 3) });
    const second = rowsOf([4], { groups: Float64Array.of(8) });
    const joined = joinRows(first, second);
    expect([...joined.features.data]).toEqual([0, 10, 20, 40]);
    expect([...(joined.groups ?? [])]).toEqual([5, 6, 7, 8]);
    expect(joined.weights).toBeUndefined();
    const picked = rowsAt(first, Int32Array.of(2, 0));
    expect(picked).toEqual({
      features: { rows: 2, names: ['x'], data: Float64Array.of(20, 0) },
      target: Float64Array.of(2, 0),
      base: Float64Array.of(1, 1),
      residual: Float64Array.of(1, -1),
      rowIds: Float64Array.of(2, 0),
      groups: Float64Array.of(7, 5),
      weights: Float64Array.of(3, 1),
    });
  });
});

describe('balanced weights', () => {
  // sklearn.utils.class_weight.compute_class_weight('balanced', ...) of [0, 0, 0, 1, 2, 2]
  it('are those of scikit-learn', () => {
    expect(balancedClassWeights(rowsOf([0, 0, 0, 1, 2, 2]), 3)).toEqual([2 / 3, 2, 1]);
  });

  it('give every class the same total, on top of the rows own weights', () => {
    const rows = rowsOf([0, 0, 1, 3], { weights: Float64Array.of(1, 3, 2, 0.5) });
    const weights = weightsByClass(rows, balancedClassWeights(rows, 4));
    const total = (index: number) =>
      weights.reduce((sum, weight, row) => sum + (rows.target[row] === index ? weight : 0), 0);
    expect([0, 1, 3].map(total)).toEqual([6.5 / 3, 6.5 / 3, 6.5 / 3].map((sum) => expect.closeTo(sum, 12)));
  });

  it('leave a class alone that the training rows lack', () => {
    expect([...weightsByClass(rowsOf([2]), [1.5, 0.75, 0])]).toEqual([1]);
  });
});

describe('constraints', () => {
  const selected: FeatureStepState[] = [
    {
      step: 'select',
      state: { kept: [0], reasons: [{ name: 'load', reason: 'correlated', with: 'grade', value: 0.99 }] },
    },
  ];
  const constraints = {
    monotone: { grade: 'increasing', load: 'increasing' },
    interactions: [['grade', 'load'], ['load']],
  } as const;
  const input = { monotone: { ...constraints.monotone }, interactions: [['grade', 'load'], ['load']] };

  it('on what selection has dropped fall away', () => {
    expect(constraintsOn(input, selected, ['grade', 'speed'])).toEqual({
      monotone: { grade: 'increasing' },
      interactions: [['grade']],
    });
    expect(constraintsOn(undefined, selected, ['grade'])).toBeUndefined();
  });

  it('on what the estimator does not see are refused', () => {
    expect(() => constraintsOn(input, [], ['grade', 'pca1'])).toThrowError(
      expect.objectContaining({
        code: 'PIPELINE_INVALID',
        details: expect.objectContaining({ field: 'constraints.monotone', value: 'load' }),
      }),
    );
  });
});
