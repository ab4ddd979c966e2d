import { describe, expect, it } from 'vitest';
import { type FeatureStepInput, featureStepSchema } from '../../contracts/features.ts';
import { applySteps, completeSteps, featureStepStateSchema } from './index.ts';
import parity from './parity/steps.json' with { type: 'json' };
import { difficult, expectClose, expectSameInGraph, fromCells, learn } from './testing.ts';

const codes = ['code', 'rare'];
const chains: [string, FeatureStepInput[]][] = [
  ['impute', [{ step: 'impute' }]],
  ['impute some columns, with flags', [{ step: 'impute', columns: ['huge', 'absent'], flag: true }]],
  ['impute with the mean', [{ step: 'impute', strategy: 'mean' }]],
  ['impute with the mode', [{ step: 'impute', strategy: 'mode', flag: true }]],
  ['impute with a constant', [{ step: 'impute', strategy: 'constant', value: -3.5 }]],
  ['scale', [{ step: 'scale' }]],
  ['scale some columns to 0..1', [{ step: 'scale', method: 'min-max', columns: ['narrow', 'constant'] }]],
  ['scale by quartiles', [{ step: 'scale', method: 'robust' }]],
  ['one-hot', [{ step: 'one-hot', columns: codes }]],
  ['one-hot of all columns', [{ step: 'one-hot', dropFirst: true }]],
  ['target-encode', [{ step: 'target-encode', columns: codes }]],
  ['target-encode all columns', [{ step: 'target-encode', smoothing: 3 }]],
  ['interactions', [{ step: 'interactions', columns: ['ordinary', 'narrow', 'code'] }]],
  [
    'a chain of them',
    [
      { step: 'impute', columns: ['ordinary', 'huge', 'narrow', 'absent', 'constant'], flag: true },
      { step: 'target-encode', columns: ['rare'] },
      { step: 'one-hot', columns: ['code'], dropFirst: true },
      { step: 'interactions', columns: ['ordinary', 'narrow'] },
      { step: 'scale' },
    ],
  ],
];

describe.each(chains)('%s', (_, chain) => {
  it('computes the same in a graph as in memory, for training rows and for rows it has not seen', () =>
    expectSameInGraph(chain, difficult(200, 1), difficult(50, 2, 0.4)));

  it('has a state that its schema knows, and gives finite numbers for whole rows', async () => {
    const { steps } = await learn(chain, difficult(200, 1));
    expect(steps.map((state) => featureStepStateSchema.parse(state))).toEqual(steps);
    const whole = { ...difficult(20, 3), data: new Float64Array(140).fill(2.5) };
    expect((await applySteps(steps, whole)).data.every(Number.isFinite)).toBe(true);
  });
});

describe(`against scikit-learn ${parity.scikitLearn}`, () => {
  const train = fromCells(parity.names, parity.train);
  const fresh = fromCells(parity.names, parity.fresh);
  const values = async (step: FeatureStepInput) =>
    (await applySteps((await learn([step], train)).steps, fresh)).data;
  const expected = (cells: (number | null)[]) => fromCells(['x'], cells).data;

  it('impute is SimpleImputer', async () => {
    expectClose(await values({ step: 'impute' }), expected(parity.impute.median));
    expectClose(await values({ step: 'impute', strategy: 'mode' }), expected(parity.impute.mode));
    expectClose(
      await values({ step: 'impute', strategy: 'constant', value: -7.5 }),
      expected(parity.impute.constant),
    );
    expectClose(
      await values({ step: 'impute', strategy: 'mean', flag: true }),
      expected(parity.impute['mean with flags']),
    );
  });

  it.each(['standard', 'min-max', 'robust'] as const)('scale is its %s scaler', async (method) => {
    expectClose(await values({ step: 'scale', method }), expected(parity.scale[method]), 1e-9);
  });

  const coded = fromCells(['a', 'b'], parity.codes);
  const freshCodes = fromCells(['a', 'b'], parity.freshCodes);

  it('one-hot is OneHotEncoder that ignores what is unknown', async () => {
    const { steps } = await learn([{ step: 'one-hot' }], coded);
    const { names, data } = await applySteps(steps, freshCodes);
    expect(names.slice(0, 5)).toEqual(['a=0', 'a=1', 'a=2', 'a=3', 'b=0']);
    expectClose(data, expected(parity.oneHot));
  });

  const numbers = Float64Array.from(parity.numbers);
  const classes = Float64Array.from(parity.classes);
  const among = (count: number) => ({ kind: 'classification', classes: count, ordered: false }) as const;
  it.each([
    ['regression', numbers, { kind: 'regression' } as const, 'auto' as const],
    ['smoothing of 10 rows', numbers, { kind: 'regression' } as const, 10],
    ['two classes', classes.map((index) => Math.min(index, 1)), among(2), 'auto' as const],
    ['three classes', classes, among(3), 'auto' as const],
  ] as const)('target-encode is TargetEncoder: %s', async (name, target, task, smoothing) => {
    const { steps } = await learn([{ step: 'target-encode', smoothing }], coded, { target, task, seed: 1 });
    expectClose((await applySteps(steps, freshCodes)).data, expected(parity.targetEncode[name]));
  });
});

describe('target-encode', () => {
  it('tells no training row its own target', async () => {
    const rows = 300;
    const train = { rows, names: ['id'], data: Float64Array.from({ length: rows }, (_, row) => row) };
    const target = train.data.map((row) => row % 2);
    const context = { target, task: { kind: 'regression' } as const, seed: 2 };
    const { steps, features } = await learn([{ step: 'target-encode', smoothing: 0 }], train, context);
    // Every code is one row's own: out of fold it is unknown, in full it is the target itself.
    expect([...features.data].every((value) => Math.abs(value - 0.5) < 0.05)).toBe(true);
    expect((await applySteps(steps, train)).data).toEqual(target);
  });

  it('gives the same features for the same seed, and others for another', async () => {
    const train = difficult(200, 1);
    const encode = async (seed: number) => {
      const target = train.data.filter((_, i) => i % 7 === 5).map((code) => (Number.isNaN(code) ? 9 : code));
      const context = { target, task: { kind: 'regression' } as const, seed };
      return (await learn([{ step: 'target-encode', columns: ['rare'] }], train, context)).features.data;
    };
    expect(await encode(1)).toEqual(await encode(1));
    expect(await encode(1)).not.toEqual(await encode(2));
  });
});

describe('which steps are fitted', () => {
  const parse = (steps: FeatureStepInput[]) => steps.map((step) => featureStepSchema.parse(step));
  const namesOf = (steps: FeatureStepInput[], complete: boolean, scaled: boolean) =>
    completeSteps(parse(steps), { complete, scaled }).map(({ step }) => step);

  it('those of the pipeline, then those that the estimator needs and that do not stand for all columns', () => {
    expect(namesOf([], false, false)).toEqual([]);
    expect(namesOf([], true, true)).toEqual(['impute', 'scale']);
    expect(namesOf([{ step: 'scale' }], true, true)).toEqual(['scale', 'impute']);
    expect(namesOf([{ step: 'impute', columns: ['a'] }], true, false)).toEqual(['impute', 'impute']);
    expect(parse([{ step: 'impute' }, { step: 'scale' }])).toEqual(
      completeSteps([], { complete: true, scaled: true }),
    );
  });

  it('fills a column that was never seen with 0, an even number of values with the middle of two', async () => {
    const train = fromCells(['a', 'b'], [1, null, 4, null, 2, null, 3, null]);
    const { features } = await learn([{ step: 'impute' }], train);
    expect([...features.data]).toEqual([1, 0, 4, 0, 2, 0, 3, 0]);
    const { steps } = await learn([{ step: 'impute' }], train);
    expect([...(await applySteps(steps, fromCells(['a', 'b'], [null, null]))).data]).toEqual([2.5, 0]);
  });

  it('refuses columns that are not there and codes that are quantities', async () => {
    const train = difficult(5_000, 1);
    await expect(learn([{ step: 'scale', columns: ['colour'] }], train)).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
      details: { value: 'colour', expected: `one of ${train.names.join(', ')}` },
    });
    await expect(
      learn([{ step: 'one-hot', columns: ['ordinary'] }], difficult(9_000, 1, 0)),
    ).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
      details: { value: 'ordinary' },
    });
    await expect(learn([{ step: 'interactions', columns: ['code'] }], train)).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
    });
  });
});
