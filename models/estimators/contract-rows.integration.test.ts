import { describe, expect, it } from 'vitest';
import { type LabelledRows, outputsOf, type Params } from '../../contracts/estimator.ts';
import { quantile } from '../quantile.ts';
import {
  answersOf,
  contractCases,
  largestDifference,
  likeliest,
  matrixOf,
  onnxPredictions,
  rowsOf,
} from './testing.ts';

/** What makes an estimator ask all rows that are alike, where it asks only a few otherwise. */
const asksAll: Record<string, Params> = { knn: { neighbours: 200 } };

describe.each(await contractCases())('rows that are hard: $title', ({ entry, task, fitRows, missing }) => {
  if (missing !== undefined) {
    it.skip(missing, () => {});
    return;
  }
  const outputs = outputsOf(task);
  const classes = task.kind === 'classification' ? task.classes : 0;
  const unseen = rowsOf(task, 150, 3).features;
  const answers = async (rows: LabelledRows, at = unseen, given: Params = {}): Promise<number[][]> => {
    const model = await fitRows(rows, given);
    const native = await model.predict(at);
    expect(native.every(Number.isFinite)).toBe(true);
    expect(largestDifference(await onnxPredictions(model, at), native)).toBeLessThan(1e-5);
    model.dispose?.();
    return answersOf(native, outputs);
  };

  it.runIf(!entry.needs.complete)('takes missing values, in ONNX as well', async () => {
    const predicted = await answers(rowsOf(task, 400, 4, 0.2), rowsOf(task, 150, 5, 0.3).features);
    expect(predicted).toHaveLength(150);
  });

  it.runIf(entry.needs.complete)('names the missing value that it cannot take', async () => {
    await expect(fitRows(rowsOf(task, 50, 4, 0.2))).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
      details: { field: expect.stringMatching(/^x\d$/), where: expect.stringMatching(/^row \d+$/) },
    });
  });

  it('takes constant columns, and nothing but constant columns', async () => {
    const { features, target } = rowsOf(task, 100, 6);
    const data = features.data.map((value, i) => (i % 4 === 1 ? 5 : value));
    await answers({ features: { ...features, data }, target });
    const flat = { ...features, data: features.data.map(() => 5) };
    const [answer] = await answers({ features: flat, target }, flat, asksAll[entry.name]);
    if (task.kind === 'classification')
      for (const [k, p] of answer.entries())
        expect(Math.abs(p - target.filter((value) => value === k).length / 100)).toBeLessThan(0.05);
    const sorted = Float64Array.from(target).sort();
    if (task.kind === 'regression') expect(relative(answer[0], mean(target))).toBeLessThan(0.05);
    if (task.kind === 'quantile')
      for (const [i, level] of task.levels.entries())
        expect(relative(answer[i], quantile(sorted, level))).toBeLessThan(0.05);
  });

  it('answers a row in ONNX to the bit as alone', async () => {
    const model = await fitRows(rowsOf(task, 400, 11, entry.needs.complete ? 0 : 0.1));
    const together = await onnxPredictions(model, unseen);
    const width = unseen.names.length;
    for (const row of [0, 7, 149]) {
      const alone = { ...unseen, rows: 1, data: unseen.data.slice(row * width, (row + 1) * width) };
      expect(await onnxPredictions(model, alone)).toEqual(together.slice(row * outputs, (row + 1) * outputs));
    }
    model.dispose?.();
  });

  it('takes one row', async () => {
    const target = Float64Array.of(task.kind === 'classification' ? 1 : 7.25);
    const predicted = await answers({ features: matrixOf([[1, 2, 3, 4]]), target });
    // A library may learn nothing from a single row, but nothing wrong.
    for (const answer of predicted)
      if (task.kind === 'classification') expect(answer[1]).toBe(Math.max(...answer));
      else expect(relative(mean(Float64Array.from(answer)), 7.25)).toBeLessThan(1e-5);
    if (task.kind === 'quantile') expect(relative(predicted[0][0], 7.25)).toBeLessThan(0.01);
  });

  it.runIf(classes > 0)('takes one class', async () => {
    const { features, target } = rowsOf(task, 100, 9);
    const predicted = await answers({ features, target: target.map(() => 1) });
    expect(predicted.every((answer) => likeliest(answer) === 1 && answer[1] > 0.9)).toBe(true);
  });

  it.runIf(classes > 2)('never answers a class without training rows', async () => {
    const { features, target } = rowsOf(task, 300, 10);
    const kept = Array.from(target.keys()).filter((row) => target[row] !== 1);
    const rows = kept.map((row) => [...features.data.subarray(row * 4, row * 4 + 4)]);
    const predicted = await answers({
      features: matrixOf(rows),
      target: Float64Array.from(kept, (row) => target[row]),
    });
    expect(predicted.some((answer) => likeliest(answer) === 1)).toBe(false);
    expect(mean(Float64Array.from(predicted, (answer) => answer[1]))).toBeLessThan(0.05);
  });

  it('lets rows count by their weight', async () => {
    const features = matrixOf(Array.from({ length: 400 }, (_, i) => [i % 2]));
    const target = Float64Array.from({ length: 400 }, (_, i) => (i >> 1) % 2);
    // Where x0 is 0, the target 1 weighs three times the target 0; where it is 1, the other way round.
    const weights = target.map((value, i) => ((i % 2 === 0) === (value === 1) ? 3 : 1));
    const at = matrixOf([[0], [1]]);
    const [even, odd] = await answers({ features, target, weights }, at, asksAll[entry.name]);
    const ofInterest = { regression: 0, quantile: 1, classification: 1 }[task.kind];
    if (task.kind === 'quantile') {
      expect(even[ofInterest]).toBeGreaterThan(0.6);
      expect(odd[ofInterest]).toBeLessThan(0.4);
      return;
    }
    expect(Math.abs(even[ofInterest] - 0.75)).toBeLessThan(0.05);
    expect(Math.abs(odd[ofInterest] - 0.25)).toBeLessThan(0.05);
  });

  it('lets a row without weight say nothing', async () => {
    const rows = rowsOf(task, 100, 11);
    const weights = rows.target.map((_, row) => Number(row > 0));
    const other = rows.target.map((value, row) => (row > 0 ? value : (value + 1) % outputs));
    expect(await answers({ ...rows, weights, target: other })).toEqual(await answers({ ...rows, weights }));
  });

  const two = matrixOf([[0], [1]]);
  const bad: [string, LabelledRows, string][] = [
    [
      'no features',
      { features: { rows: 2, names: [], data: new Float64Array() }, target: Float64Array.of(0, 1) },
      'TRAINING_FAILED',
    ],
    ['no targets', { features: matrixOf([[0]]), target: new Float64Array() }, 'TRAINING_FAILED'],
    [
      'an empty table',
      { features: { rows: 0, names: ['a'], data: new Float64Array() }, target: new Float64Array() },
      'DATASET_TOO_SMALL',
    ],
    ['a missing target', { features: two, target: Float64Array.of(1, Number.NaN) }, 'TRAINING_FAILED'],
    [
      'a negative weight',
      { features: two, target: Float64Array.of(0, 1), weights: Float64Array.of(1, -1) },
      'TRAINING_FAILED',
    ],
    [
      'weights of nothing',
      { features: two, target: Float64Array.of(0, 1), weights: Float64Array.of(0, 0) },
      'TRAINING_FAILED',
    ],
  ];
  const wrongClasses: [string, LabelledRows, string][] = [
    ['a class beyond the last', { features: two, target: Float64Array.of(0, classes) }, 'TRAINING_FAILED'],
    ['half a class', { features: two, target: Float64Array.of(0, 0.5) }, 'TRAINING_FAILED'],
  ];
  it.each(classes > 0 ? [...bad, ...wrongClasses] : bad)('refuses %s', async (_, rows, code) => {
    await expect(fitRows(rows)).rejects.toMatchObject({ code });
  });
});

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const relative = (found: number, expected: number): number => Math.abs(found - expected) / Math.abs(expected);
