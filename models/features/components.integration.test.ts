import { afterAll, describe, expect, it } from 'vitest';
import type { FeatureStepInput } from '../../contracts/features.ts';
import { closePool } from '../pool.ts';
import { seededRandom } from '../random.ts';
import { applySteps } from './index.ts';
import parity from './parity/steps.json' with { type: 'json' };
import { difficult, expectClose, expectSameInGraph, fromCells, learn } from './testing.ts';

afterAll(closePool);

const tame = ['ordinary', 'constant', 'absent', 'narrow', 'rare'];
const chains: [string, FeatureStepInput[]][] = [
  ['pca', [{ step: 'impute' }, { step: 'pca', columns: tame, components: 3 }]],
  ['pca of all', [{ step: 'impute' }, { step: 'scale' }, { step: 'pca', components: 0.8 }]],
  ['select', [{ step: 'select' }]],
  [
    'every step',
    [
      { step: 'impute', flag: true },
      { step: 'target-encode', columns: ['rare'] },
      { step: 'one-hot', columns: ['code'] },
      { step: 'interactions', columns: ['ordinary', 'narrow'] },
      { step: 'scale' },
      { step: 'select' },
      { step: 'pca', columns: ['ordinary', 'narrow'], components: 2 },
    ],
  ],
];
describe.each(chains)('%s', (_, chain) => {
  it('computes the same in a graph as in memory, for training rows and for rows it has not seen', () =>
    expectSameInGraph(chain, difficult(200, 1), difficult(50, 2, 0.4)));
});

const whole = fromCells(['a', 'b', 'c', 'd', 'e'], parity.whole);

describe(`pca against scikit-learn ${parity.scikitLearn}`, () => {
  it.each([
    [3, parity.pca['3']],
    [0.9, parity.pca['0.9']],
  ])('%s components', async (components, expected) => {
    const { steps, features } = await learn([{ step: 'pca', components }], whole);
    const [{ state }] = steps;
    if (!('explained' in state)) expect.fail('no state of pca');
    expectClose(state.explained, expected.explained, 1e-10);
    expect(features.names).toEqual(expected.explained.map((_, i) => `pca${i + 1}`));
    const width = expected.explained.length;
    expectClose(features.data.subarray(0, 5 * width), expected.values as number[], 1e-10);
  });

  it('wants whole rows and a count that there can be', async () => {
    const pca = (components: number) => learn([{ step: 'pca', components }], whole);
    await expect(pca(6)).rejects.toMatchObject({ code: 'PIPELINE_INVALID' });
    await expect(pca(1.5)).rejects.toMatchObject({ code: 'PIPELINE_INVALID' });
    await expect(learn([{ step: 'pca', components: 2 }], difficult(50, 1))).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
      details: { value: 'ordinary', expected: 'an impute step before it' },
    });
  });
});

describe('select', () => {
  const reasonsOf = async (train: Parameters<typeof learn>[1], step: Partial<FeatureStepInput> = {}) => {
    const { steps, features } = await learn([{ step: 'select', ...step } as FeatureStepInput], train);
    const [{ state }] = steps;
    if (!('reasons' in state)) expect.fail('no state of select');
    return { reasons: state.reasons, names: features.names };
  };

  it(`drops the worst by statsmodels ${parity.statsmodels}' variance inflation first`, async () => {
    const worst = Math.max(...parity.varianceInflation);
    const at = parity.varianceInflation.indexOf(worst);
    const bound = { correlation: 1, varianceInflation: worst * 0.999 };
    const { reasons, names } = await reasonsOf(whole, bound);
    expect(reasons[0]).toMatchObject({ name: whole.names[at], reason: 'collinear' });
    expect(reasons[0].value / worst).toBeCloseTo(1, 8);
    expect(names).not.toContain(whole.names[at]);
    expect((await reasonsOf(whole, { correlation: 1, varianceInflation: worst * 1.001 })).reasons).toEqual(
      [],
    );
  });

  it('says why: constant, a repeat of an earlier column, or determined by the others', async () => {
    const random = seededRandom(1, 'select');
    const rows = Array.from({ length: 200 }, () => {
      const [a, b, c] = [random.normal(), random.normal(), random.normal()];
      return [a, 4, b, -2 * a + 0.01 * c, c, a + b + c];
    });
    const train = fromCells(['a', 'four', 'b', 'minusA', 'c', 'sum'], rows.flat());
    const { reasons, names } = await reasonsOf(train);
    expect(names).toEqual(['a', 'b', 'c']);
    expect(reasons).toEqual([
      { name: 'four', reason: 'constant', value: 4 },
      { name: 'minusA', reason: 'correlated', with: 'a', value: expect.closeTo(-1, 3) },
      { name: 'sum', reason: 'collinear', value: 1e10 },
    ]);
  });

  it('looks at the named columns only, and refuses to leave nothing', async () => {
    const train = fromCells(['a', 'b', 'c'], [1, 1, 5, 2, 2, 5, 3, 3, 5]);
    expect((await reasonsOf(train, { columns: ['b', 'c'] })).names).toEqual(['a', 'b']);
    const flat = fromCells(['a'], [1, 1, 1]);
    await expect(reasonsOf(flat)).rejects.toMatchObject({ code: 'PIPELINE_INVALID' });
  });

  it('leaves to later steps what it has kept of their columns', async () => {
    const train = fromCells(['a', 'b', 'c'], [1, 2, 5, 2, 4, 4, 3, 6, 6]);
    const scale = (columns: string[]) => ({ step: 'scale', method: 'min-max', columns }) as const;
    const { steps, features } = await learn([{ step: 'select' }, scale(['b']), scale(['b', 'c'])], train);
    expect(steps.map(({ step }) => step)).toEqual(['select', 'scale']);
    expect([...features.data]).toEqual([1, 0.5, 2, 0, 3, 1]);
    await expect(learn([{ step: 'select' }, scale(['d'])], train)).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
    });
  });

  it('keeps what it dropped out of later answers', async () => {
    const train = fromCells(['a', 'b'], [1, 2, 2, 4, 3, 6]);
    const { steps } = await learn([{ step: 'select' }], train);
    expect(await applySteps(steps, fromCells(['a', 'b'], [9, 9]))).toMatchObject({ names: ['a'], rows: 1 });
  });
});
