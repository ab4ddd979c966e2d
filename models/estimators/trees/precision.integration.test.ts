import { expect, it } from 'vitest';
import type { Estimator, LabelledRows, Params, Task } from '../../../contracts/estimator.ts';
import { parseParams } from '../index.ts';
import { largestDifference, neverCancelled, onnxPredictions, rowsOf } from '../testing.ts';
import { xgboost } from '../xgboost.ts';

const entry: Estimator = xgboost;
const fitModel = (given: Params, train: LabelledRows, task: Task) =>
  entry.fit({ params: parseParams(entry, given), train, seed: 0, task }, { ...neverCancelled(), threads: 1 });

/** From about 0 to some 30,000: errors of the sum, which starts from the mean, are large beside the smallest targets. */
const farFromBase = (rows: LabelledRows): LabelledRows => {
  const least = rows.target.reduce((a, b) => Math.min(a, b));
  return { ...rows, target: rows.target.map((value) => 1_000 * (value - least)) };
};

const cases: [string, Task, (rows: LabelledRows) => LabelledRows][] = [
  ['regression', { kind: 'regression' }, farFromBase],
  ['3 classes', { kind: 'classification', classes: 3, ordered: false }, (rows) => rows],
];
it.each(cases)(
  '1,500 rounds of %s say in ONNX what they say natively',
  { timeout: 60_000 },
  async (_, task, change) => {
    const train = change(rowsOf(task, 200, 1, 0.1));
    const model = await fitModel({ rounds: 1_500, maxDepth: 3, learningRate: 0.05 }, train, task);
    expect(model.steps).toBe(1_500);
    const native = await model.predict(train.features);
    expect(largestDifference(await onnxPredictions(model, train.features), native)).toBeLessThan(1e-6);
  },
);

it('many rows on several threads are the same rows', async () => {
  const task: Task = { kind: 'regression' };
  const train = rowsOf(task, 20_000, 2, 0.1);
  const model = await fitModel({ rounds: 5 }, train, task);
  const together = await model.predict(train.features);
  const width = train.features.names.length;
  const tail = { ...train.features, rows: 2_000, data: train.features.data.slice(18_000 * width) };
  expect(together.slice(18_000)).toEqual(await model.predict(tail));
});
