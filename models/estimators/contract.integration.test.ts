import { describe, expect, it } from 'vitest';
import type { Dimension, FittedModel, LabelledRows, Params } from '../../contracts/estimator.ts';
import { estimator, estimators, parseParams } from './index.ts';
import { largestDifference, matrixOf, neverCancelled, onnxPredictions, syntheticRows } from './testing.ts';

const train = syntheticRows(400, 1);
const validation = syntheticRows(150, 2);
const unseen = syntheticRows(150, 3).features;

describe.each(Object.keys(estimators))('%s', (name) => {
  const entry = estimator(name);
  const fitModel = (rows: LabelledRows, given: Params = {}): Promise<FittedModel> =>
    entry.fit(
      { params: parseParams(entry, given), train: rows, validation, seed: 7, task: 'regression' },
      neverCancelled(),
    );
  const fitted = fitModel(train);

  it('is listed under its own name', () => {
    expect(entry.name).toBe(name);
  });

  it('learns: it predicts unseen rows better than the mean', async () => {
    const predicted = await (await fitted).predict(validation.features);
    const squares = (guess: (row: number) => number) =>
      validation.target.reduce((sum, value, row) => sum + (value - guess(row)) ** 2, 0);
    const mean = train.target.reduce((sum, value) => sum + value, 0) / train.target.length;
    expect(squares((row) => predicted[row])).toBeLessThan(0.8 * squares(() => mean));
  });

  it('says how well it does on the validation rows', async () => {
    const model = await fitted;
    const predicted = await model.predict(validation.features);
    const squares = predicted.reduce((sum, value, row) => sum + (value - validation.target[row]) ** 2, 0);
    expect(model.validationScore).toBeCloseTo(Math.sqrt(squares / predicted.length), 4);
  });

  it('predicts one number per row, for any number of rows', async () => {
    const model = await fitted;
    const all = await model.predict(unseen);
    expect(all).toHaveLength(unseen.rows);
    const width = unseen.names.length;
    const first = await model.predict({ ...unseen, rows: 1, data: unseen.data.slice(0, width) });
    expect([...first]).toEqual([all[0]]);
    expect(await model.predict({ ...unseen, rows: 0, data: new Float64Array() })).toHaveLength(0);
  });

  it('gives the same bytes for the same rows, parameters and seed', async () => {
    expect(Buffer.from(await (await fitModel(train)).save()).equals(await (await fitted).save())).toBe(true);
  });

  it('is itself again after save and load', async () => {
    const bytes = await (await fitted).save();
    const loaded = await entry.load(bytes);
    expect(await loaded.predict(unseen)).toEqual(await (await fitted).predict(unseen));
    expect(Buffer.from(await loaded.save()).equals(bytes)).toBe(true);
    expect(await onnxPredictions(loaded, unseen)).toEqual(await onnxPredictions(await fitted, unseen));
    loaded.dispose?.();
  });

  it.each([
    ['text', Buffer.from('not a model')],
    ['nothing', Buffer.alloc(0)],
  ])('refuses %s in place of a model', async (_, bytes) => {
    await expect(entry.load(bytes)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  });

  it('refuses half of a model', async () => {
    const bytes = await (await fitted).save();
    const half = bytes.subarray(0, bytes.length >> 1);
    await expect(entry.load(half)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  });

  it('says in ONNX what it says itself, at the training values too', async () => {
    for (const rows of [train.features, unseen]) {
      const native = await (await fitted).predict(rows);
      expect(largestDifference(await onnxPredictions(await fitted, rows), native)).toBeLessThan(1e-5);
    }
  });

  it.runIf(!entry.needs.complete)('takes missing values, in ONNX as well', async () => {
    const model = await fitModel(syntheticRows(400, 4, 0.2));
    const { features } = syntheticRows(150, 5, 0.3);
    const native = await model.predict(features);
    expect(native.every(Number.isFinite)).toBe(true);
    expect(largestDifference(await onnxPredictions(model, features), native)).toBeLessThan(1e-5);
  });

  it.runIf(entry.needs.complete)('names the missing value that it cannot take', async () => {
    await expect(fitModel(syntheticRows(50, 4, 0.2))).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
      details: { field: expect.stringMatching(/^x\d$/), where: expect.stringMatching(/^row \d+$/) },
    });
  });

  it('takes constant columns, and nothing but constant columns', async () => {
    const { features, target } = syntheticRows(100, 6);
    const data = features.data.map((value, i) => (i % 4 === 1 ? 5 : value));
    const predicted = await (await fitModel({ features: { ...features, data }, target })).predict(unseen);
    expect(predicted.every(Number.isFinite)).toBe(true);
    const flat = { ...features, data: features.data.map(() => 5) };
    const mean = target.reduce((sum, value) => sum + value, 0) / target.length;
    const [value] = await (await fitModel({ features: flat, target })).predict(flat);
    expect(Math.abs(value - mean)).toBeLessThan(0.05 * Math.abs(mean));
  });

  it('takes one row', async () => {
    const one = { features: matrixOf([[1, 2, 3, 4]]), target: Float64Array.of(7.25) };
    const predicted = await (await fitModel(one)).predict(unseen);
    expect(largestDifference(predicted, new Float64Array(unseen.rows).fill(7.25))).toBeLessThan(1e-5);
  });

  it('lets rows count by their weight', async () => {
    const features = matrixOf(Array.from({ length: 400 }, (_, i) => new Array(4).fill(i % 2)));
    const target = Float64Array.from({ length: 400 }, (_, i) => (i >> 1) % 2);
    // Where x0 is 0, the target 1 weighs three times the target 0; where it is 1, the other way round.
    const weights = target.map((value, i) => ((i % 2 === 0) === (value === 1) ? 3 : 1));
    const model = await fitModel({ features, target, weights });
    const [even, odd] = await model.predict(
      matrixOf([
        [0, 0, 0, 0],
        [1, 1, 1, 1],
      ]),
    );
    expect(Math.abs(even - 0.75)).toBeLessThan(0.05);
    expect(Math.abs(odd - 0.25)).toBeLessThan(0.05);
  });

  it('stops within a second when cancelled', async () => {
    const cancel = new AbortController();
    const rows = syntheticRows(20_000, 8);
    const input = { params: parseParams(entry, {}), train: rows, seed: 7, task: 'regression' } as const;
    const fitting = entry.fit(input, { threads: 2, signal: cancel.signal });
    const cancelledAt = performance.now();
    cancel.abort();
    await expect(fitting).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(performance.now() - cancelledAt).toBeLessThan(1_000);
    await expect(entry.fit(input, { threads: 2, signal: cancel.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  it('names a parameter that it does not have, and one out of range', () => {
    const parse = (given: Params) => () => parseParams(entry, given);
    expect(parse({ nonsense: 1 })).toThrowError(
      expect.objectContaining({
        code: 'PIPELINE_INVALID',
        details: expect.objectContaining({ field: 'params.nonsense' }),
      }),
    );
    for (const param of Object.keys(entry.searchSpace))
      expect(parse({ [param]: -1 })).toThrowError(
        expect.objectContaining({
          details: expect.objectContaining({ field: `params.${param}`, value: -1 }),
        }),
      );
  });

  it('accepts every end of its own search space', () => {
    const ends = (dimension: Dimension) =>
      dimension.kind === 'choice' ? dimension.options : [dimension.low, dimension.high];
    for (const [param, dimension] of Object.entries(entry.searchSpace))
      for (const value of ends(dimension))
        expect(parseParams(entry, { [param]: value })).toMatchObject({ [param]: value });
  });

  it.each<[string, LabelledRows, string]>([
    ['no rows', { features: matrixOf([[0]]), target: new Float64Array() }, 'TRAINING_FAILED'],
    [
      'an empty table',
      { features: { rows: 0, names: ['a'], data: new Float64Array() }, target: new Float64Array() },
      'DATASET_TOO_SMALL',
    ],
    [
      'a missing target',
      { features: matrixOf([[0], [1]]), target: Float64Array.of(1, Number.NaN) },
      'TRAINING_FAILED',
    ],
    [
      'a negative weight',
      { features: matrixOf([[0], [1]]), target: Float64Array.of(1, 2), weights: Float64Array.of(1, -1) },
      'TRAINING_FAILED',
    ],
    [
      'weights of nothing',
      { features: matrixOf([[0], [1]]), target: Float64Array.of(1, 2), weights: Float64Array.of(0, 0) },
      'TRAINING_FAILED',
    ],
  ])('refuses %s', async (_, rows, code) => {
    await expect(fitModel(rows)).rejects.toMatchObject({ code });
  });
});

it('names the estimators there are where one is not known', () => {
  expect(() => estimator('perceptron')).toThrowError(
    expect.objectContaining({
      code: 'PIPELINE_INVALID',
      details: expect.objectContaining({ expected: expect.stringContaining('xgboost') }),
    }),
  );
});
