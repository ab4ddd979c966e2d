import { describe, expect, it } from 'vitest';
import type { Estimator, LabelledRows, Task } from '../../../contracts/estimator.ts';
import { elasticNet } from '../elastic-net.ts';
import { lasso } from '../lasso.ts';
import { linear } from '../linear.ts';
import { logistic } from '../logistic.ts';
import { ordinal } from '../ordinal.ts';
import { parseParams } from '../params.ts';
import { ridge } from '../ridge.ts';
import { largestDifference, neverCancelled, onnxPredictions, rowsOf } from '../testing.ts';
import { sharedRows } from './rows.ts';

const five: Task = { kind: 'classification', classes: 5, ordered: true };
const fitOf = (entry: Estimator, task: Task, train: LabelledRows, constraints = {}) =>
  entry.fit({ params: parseParams(entry, {}), train, task, seed: 0, constraints }, neverCancelled());

describe.each([logistic, ordinal])('$name', (entry) => {
  const rows = rowsOf(five, 600, 1);
  const unseen = rowsOf(five, 50, 2);

  it.each([
    ['all classes', (label: number) => label],
    ['no lowest, middle and highest class', (label: number) => (label < 2 ? 1 : 3)],
    ['one class only', () => 2],
  ])('says in ONNX what it says itself, for %s', async (_, relabel) => {
    const model = await fitOf(entry, five, { ...rows, target: rows.target.map(relabel) });
    const native = await model.predict(unseen.features);
    expect(native).toHaveLength(50 * 5);
    expect(largestDifference(await onnxPredictions(model, unseen.features), native)).toBeLessThan(1e-12);
    const seen = new Set(Array.from(rows.target, relabel));
    native.forEach((probability, i) => {
      expect(probability === 0).toBe(!seen.has(i % 5));
    });
    for (let row = 0; row < 50; row++)
      expect(native.slice(5 * row, 5 * row + 5).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  it('takes features far from all that it has seen', async () => {
    const model = await fitOf(entry, five, rows);
    const far = { ...unseen.features, data: unseen.features.data.map((value) => 1e5 * value) };
    const native = await model.predict(far);
    expect(native.every((probability) => probability >= 0 && probability <= 1)).toBe(true);
    expect(largestDifference(await onnxPredictions(model, far), native)).toBeLessThan(1e-9);
  });

  it('refuses what it cannot do', async () => {
    const regression = fitOf(entry, { kind: 'regression' }, rowsOf({ kind: 'regression' }, 20, 1));
    await expect(regression).rejects.toMatchObject({ code: 'PIPELINE_INVALID' });
    const monotone = fitOf(entry, five, rows, { monotone: { x0: 'increasing' } });
    await expect(monotone).rejects.toMatchObject({ code: 'PIPELINE_INVALID' });
    const beyond = fitOf(entry, { ...five, classes: 4 }, rows);
    await expect(beyond).rejects.toMatchObject({ code: 'TRAINING_FAILED', details: { field: 'target' } });
    await expect(entry.load(Buffer.from('{"classes":2}'))).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
    });
  });
});

it('refuses classes without an order where it needs one', async () => {
  const task: Task = { kind: 'classification', classes: 5, ordered: false };
  await expect(fitOf(ordinal, task, rowsOf(task, 50, 1))).rejects.toMatchObject({
    code: 'PIPELINE_INVALID',
    details: { field: 'ordered' },
  });
});

it.each([linear, ridge, lasso, elasticNet])('$name obeys monotone constraints', async (entry) => {
  const rows = rowsOf({ kind: 'regression' }, 200, 3);
  const constraints = { monotone: { x0: 'decreasing', x3: 'increasing', gone: 'increasing' } };
  const free = await fitOf(entry, { kind: 'regression' }, rows);
  const model = await fitOf(entry, { kind: 'regression' }, rows, constraints);
  const at = async (fitted: typeof model, x0: number, x3: number) =>
    (await fitted.predict({ ...rows.features, rows: 1, data: Float64Array.of(x0, 0, 0, x3) }))[0];
  expect(await at(free, 1, 0)).toBeGreaterThan(await at(free, 0, 0));
  expect(await at(model, 1, 0)).toBe(await at(model, 0, 0));
  expect(await at(model, 0, 1)).toBeGreaterThan(await at(model, 0, 0));
});

it('hands rows to threads without holding the event loop for a copy of them all', async () => {
  const features = {
    rows: 100_000,
    names: ['a', 'b', 'c', 'd'].concat(new Array(36).fill('e')),
    data: new Float64Array(4e6),
  };
  features.data[3_999_999] = 7;
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  const shared = await sharedRows({ features, target: new Float64Array(100_000) });
  clearInterval(counting);
  expect(turns).toBeGreaterThan(0);
  expect(shared.features.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(shared.features[3_999_999]).toBe(7);
  expect(
    (await sharedRows({ features: { ...features, data: shared.features }, target: shared.target })).features,
  ).toBe(shared.features);
});
