import { describe, expect, it } from 'vitest';
import type { FitInput, Member, Task } from '../../../contracts/estimator.ts';
import { estimator, parseParams } from '../index.ts';
import { errorOf, largestDifference, neverCancelled, rowsOf } from '../testing.ts';
import { fitMember } from './member.ts';
import { dealFolds, takeRows } from './rows.ts';

const regression: Task = { kind: 'regression' };
const threeClasses: Task = { kind: 'classification', classes: 3, ordered: false };
const train = rowsOf(regression, 300, 1);
const validation = rowsOf(regression, 200, 2);

const inputOf = (name: string, members: Member[], given = {}): FitInput<unknown> => ({
  params: parseParams(estimator(name), given),
  train,
  validation,
  seed: 7,
  task: regression,
  members,
});
const fitted = (name: string, members: Member[], given = {}) =>
  estimator(name).fit(inputOf(name, members, given), neverCancelled());

const line: Member = { name: 'line', estimator: 'ridge', params: { alpha: 0.1 } };
const near: Member = { name: 'near', estimator: 'knn', params: { neighbours: 8 } };
const noise: Member = { name: 'noise', estimator: 'knn', params: { neighbours: 1, maxRows: 2 } };

describe('voting', () => {
  it('is the mean of its members by their weights', async () => {
    const [a, b, both] = await Promise.all([
      fitted('voting', [line]),
      fitted('voting', [near]),
      fitted('voting', [line, near], { weights: '3 1' }),
    ]);
    const [fromA, fromB] = [await a.predict(validation.features), await b.predict(validation.features)];
    const expected = fromA.map((value, i) => 0.75 * value + 0.25 * fromB[i]);
    expect(largestDifference(await both.predict(validation.features), expected)).toBeLessThan(1e-12);
    expect(both.diagnostics).toEqual({ shares: { line: 0.75, near: 0.25 } });
  });

  it.each(['1', '1 2 3', '0 0'])('refuses the weights "%s" of two members', async (weights) => {
    await expect(fitted('voting', [line, near], { weights })).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
      details: { field: 'params.weights', value: weights, expected: expect.stringContaining('line, near') },
    });
  });
});

describe('stacking', () => {
  it('is about as good as its best member, whatever the others are', async () => {
    const [alone, stacked] = await Promise.all([fitted('voting', [near]), fitted('stacking', [near, noise])]);
    expect(stacked.validationScore).toBeLessThan(1.1 * (alone.validationScore ?? 0));
  });

  it('does not believe a member that has learnt the rows by heart', async () => {
    // The nearest row to a row of the training set is the row itself: only rows left out tell what it is worth.
    const heart: Member = { name: 'heart', estimator: 'knn', params: { neighbours: 1 } };
    const noisy = { ...train, target: train.target.map((value, i) => value + 20 * Math.sin(997 * i)) };
    const input = { ...inputOf('stacking', [heart, line]), train: noisy };
    const model = await estimator('stacking').fit(input, neverCancelled());
    const own = await estimator('voting').fit(
      { ...input, members: [heart], params: { weights: '' } },
      neverCancelled(),
    );
    expect(model.validationScore).toBeLessThan(0.5 * (own.validationScore ?? 0));
  });

  it('says how far it is', async () => {
    const seen: [number, number][] = [];
    await estimator('stacking').fit(inputOf('stacking', [line, near], { folds: 3 }), {
      ...neverCancelled(),
      onStep: (step, total) => {
        seen.push([step, total]);
        return 'continue';
      },
    });
    expect(seen).toEqual(Array.from({ length: 9 }, (_, i) => [i + 1, 9]));
  });
});

describe.each(['voting', 'stacking'])('%s', (name) => {
  it.each<[string, Member[]]>([
    ['no members', []],
    ['a member that does not exist', [{ name: 'x', estimator: 'perceptron', params: {} }]],
    ['an ensemble as a member', [{ name: 'x', estimator: 'voting', params: {} }]],
    ['a member of another task', [{ name: 'x', estimator: 'naive-bayes', params: {} }]],
    ['a wrong parameter of a member', [{ name: 'x', estimator: 'knn', params: { neighbours: 0 } }]],
  ])('refuses %s', async (_, members) => {
    await expect(fitted(name, members)).rejects.toMatchObject({ code: 'PIPELINE_INVALID' });
  });
});

it("finds a member's steps on hidden rows where there are none to validate on", async () => {
  const member: Member = { name: 'trees', estimator: 'xgboost', params: { learningRate: 0.3, rounds: 300 } };
  const { rounds: _, ...unsaid } = member.params;
  const input = { train, seed: 7, task: regression };
  const said = await fitMember(estimator, member, input, neverCancelled());
  const found = await fitMember(estimator, { ...member, params: unsaid }, input, neverCancelled());
  expect(said.model.steps).toBe(300);
  expect(found.model.steps).toBeLessThan(300);
  const rows = rowsOf(regression, 10, 3).features;
  expect(await found.model.predict(rows)).not.toEqual(await said.model.predict(rows));
});

describe('folds', () => {
  const rows = rowsOf(threeClasses, 100, 4);

  it('try every row that weighs something once, and learn from the others', () => {
    const weights = rows.target.map((_, row) => Number(row % 10 > 0));
    const folds = dealFolds({ ...rows, weights }, threeClasses, 4, 1);
    expect(folds).toHaveLength(4);
    const tested = folds.flatMap(({ test }) => test).sort((a, b) => a - b);
    expect(tested).toEqual(Array.from(weights.keys()).filter((row) => weights[row] > 0));
    for (const { train, test } of folds) {
      expect(train.length + test.length).toBe(tested.length);
      expect(train.some((row) => test.includes(row))).toBe(false);
    }
  });

  it('have each class evenly', () => {
    for (const { test } of dealFolds(rows, threeClasses, 5, 1))
      for (const k of [0, 1, 2]) {
        const share = takeRows(rows, test).target.filter((value) => value === k).length;
        const all = rows.target.filter((value) => value === k).length;
        expect(Math.abs(share - all / 5)).toBeLessThanOrEqual(1);
      }
  });

  it('are none of one row', () => {
    expect(dealFolds(takeRows(rows, [3]), threeClasses, 5, 1)).toEqual([]);
  });
});

it('names the estimators that an ensemble may be made of', () => {
  const members: Member[] = [{ name: 'x', estimator: 'stacking', params: {} }];
  expect(errorOf(() => parseParams(estimator('voting'), { weights: 'a' }))).toMatchObject({
    details: { field: 'params.weights' },
  });
  return expect(fitted('stacking', members)).rejects.toMatchObject({
    details: { expected: expect.stringMatching(/^one of (?!.*stacking).*ridge/) },
  });
});
