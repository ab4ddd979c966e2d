import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explanationSchema, rowsExplanationSchema } from '../../contracts/explanation.ts';
import { definePipeline, type PipelineSpec } from '../../contracts/pipeline.ts';
import { makeSplit } from '../evaluation/split.ts';
import { closePool } from '../pool.ts';
import { candidateToFit, type FittedCandidate, fitCandidate } from '../training/fit.ts';
import { prepareTrainingSet } from '../training/prepare.ts';
import { rowsAt, type TrainingSet } from '../training/rows.ts';
import {
  channels,
  context,
  furnaceDefinition,
  ordersDefinition,
  ordersFrame,
  plantFrame,
} from '../training/testing.ts';
import { explainModel, explainRows } from './candidate.ts';

afterAll(closePool);

const orders = definePipeline({
  ...ordersDefinition,
  candidates: [
    { estimator: 'xgboost', params: { rounds: 30, maxDepth: 4 } },
    { estimator: 'random-forest', params: { trees: 20, maxDepth: 6 } },
    { estimator: 'logistic' },
  ],
});
const furnace = definePipeline({
  ...furnaceDefinition,
  candidates: [{ estimator: 'xgboost', params: { rounds: 60 } }],
});
const options = { seed: 5, signal: new AbortController().signal };

async function prepare(spec: PipelineSpec): Promise<TrainingSet> {
  const frame = spec === orders ? ordersFrame(900) : plantFrame(900);
  return await prepareTrainingSet(spec, frame, await makeSplit(spec.split, spec.seed, frame));
}
const paramsOf = (spec: PipelineSpec, name: string) =>
  spec.candidates.find(({ estimator }) => estimator === name)?.params ?? {};
const learn = (spec: PipelineSpec, name: string, set: TrainingSet) =>
  fitCandidate(spec, candidateToFit(spec, name, paramsOf(spec, name)), set, context);
const few = (set: TrainingSet) => rowsAt(set.test, Int32Array.of(0, 3, 5, 8));

const softmax = (sums: number[]): number[] => {
  const powers = sums.map(Math.exp);
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
};

describe('an explanation of rows', () => {
  let set: TrainingSet;
  const fitted: Record<string, FittedCandidate> = {};
  beforeAll(async () => {
    set = await prepare(orders);
    for (const { estimator } of orders.candidates) fitted[estimator] = await learn(orders, estimator, set);
  });
  afterAll(() => {
    for (const candidate of Object.values(fitted)) candidate.dispose();
  });

  it.each([
    ['xgboost', 'auto', 'tree-shap', 'log-odds'],
    ['random-forest', 'tree-shap', 'tree-shap', 'probability'],
    ['logistic', 'auto', 'kernel-shap', 'probability'],
    ['xgboost', 'kernel-shap', 'kernel-shap', 'probability'],
  ] as const)('of %s by %s adds up to what it answers', async (name, asked, method, unit) => {
    const rows = few(set);
    const { values } = await fitted[name].predict(rows);
    const found = await explainRows(fitted[name], rows, set.train, {
      ...options,
      method: asked,
      classes: channels,
    });
    expect(rowsExplanationSchema.parse(found)).toEqual(found);
    expect(found).toMatchObject({ method, unit, outputs: channels });
    for (const [row, { rowId, base, total, contributions }] of found.rows.entries()) {
      expect(rowId).toBe(rows.rowIds[row]);
      // What steps make of one feature counts as that feature.
      expect(contributions.map(({ feature }) => feature).sort()).toEqual(Object.keys(orders.features).sort());
      const answer = unit === 'log-odds' ? softmax(total) : total;
      for (let output = 0; output < 3; output++) {
        expect(answer[output]).toBeCloseTo(values[3 * row + output], 5);
        const sum = contributions.reduce((reached, { effects }) => reached + effects[output], base[output]);
        expect(sum).toBeCloseTo(total[output], 9);
      }
      const age = contributions.find(({ feature }) => feature === 'age');
      expect(age?.value).toBe(rows.features.data[4 * row + rows.features.names.indexOf('age')]);
    }
  });

  it('by LIME says how well its line fits', async () => {
    const found = await explainRows(fitted.logistic, few(set), set.train, { ...options, method: 'lime' });
    expect(rowsExplanationSchema.parse(found)).toEqual(found);
    expect(found.outputs).toEqual(['0', '1', '2']);
    for (const { fidelity = [] } of found.rows) {
      expect(fidelity).toHaveLength(3);
      for (const share of fidelity) expect(share).toBeGreaterThan(0.2);
    }
  });

  it('refuses trees of a model that has none, with what would do', async () => {
    const asked = explainRows(fitted.logistic, few(set), set.train, { ...options, method: 'tree-shap' });
    await expect(asked).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { field: 'method', value: 'tree-shap', expected: 'auto, kernel-shap or lime' },
    });
  });

  it('says what a model has learned, the same each time', async () => {
    const found = await explainModel(fitted.xgboost, set.test, set.train, { ...options, classes: channels });
    expect(explanationSchema.parse(JSON.parse(JSON.stringify(found)))).toEqual(found);
    expect(
      await explainModel(fitted.xgboost, set.test, set.train, { ...options, classes: channels }),
    ).toEqual(found);
    expect(found).toMatchObject({ method: 'tree-shap', unit: 'log-odds', outputs: channels, rows: 180 });
    expect(found.importance.map(({ feature }) => feature).sort()).toEqual(
      Object.keys(orders.features).sort(),
    );
    const risesOf = (name: string) =>
      found.importance.find(({ feature }) => feature === name)?.permutation?.mean;
    for (const name of ['region', 'age']) expect(risesOf(name)).toBeGreaterThan(0.02);
    expect(found.interactions[0].effect).toBeGreaterThan(0);
    expect(found.sample.find(({ feature }) => feature === 'amount')?.values).toContain(null);
    // Merit of a visit grows with the region's code, which the model has to see through one-hot flags.
    const region = found.dependence.find(({ feature }) => feature === 'region');
    expect(region?.grid).toEqual([0, 1, 2, 3]);
    expect(region?.mean[1][3]).toBeGreaterThan((region?.mean[1][0] ?? 1) + 0.1);
    expect(found.pair?.mean).toHaveLength(3);
  });

  it('of a model without trees goes by kernel SHAP', async () => {
    const found = await explainModel(fitted.logistic, set.test, set.train, { ...options, classes: channels });
    expect(explanationSchema.parse(JSON.parse(JSON.stringify(found)))).toEqual(found);
    expect(found).toMatchObject({ method: 'kernel-shap', unit: 'probability', rows: 40, interactions: [] });
  });

  it('stops when cancelled', async () => {
    const signal = AbortSignal.abort();
    const running = explainModel(fitted.logistic, set.test, set.train, { ...options, signal });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('a model on top of a base expression', () => {
  it('is explained in the target’s unit, the expression’s part told apart', async () => {
    const set = await prepare(furnace);
    const candidate = await learn(furnace, 'xgboost', set);
    const rows = few(set);
    const { values } = await candidate.predict(rows);
    const found = await explainRows(candidate, rows, set.train, options);
    expect(found).toMatchObject({ method: 'tree-shap', unit: 'target', outputs: [''] });
    for (const [row, { total, formula }] of found.rows.entries()) {
      expect(formula ?? 0).toBe(rows.base[row]);
      expect(total[0]).toBeCloseTo(values[row], 3);
    }
    const learned = await explainModel(candidate, set.test, set.train, options);
    expect(learned.importance.find(({ feature }) => feature === 'constant')?.effects).toEqual([0]);
    const hour = learned.dependence.find(({ feature }) => feature === 'hourSine');
    const curve = hour?.mean[0] ?? [];
    // The hour adds 2·sin; the mean prediction stands at the mean target.
    expect(curve[curve.length - 1] - curve[0]).toBeGreaterThan(2.5);
    const mean = set.test.target.reduce((sum, value) => sum + value, 0) / set.test.target.length;
    expect(Math.abs(curve[Math.floor(curve.length / 2)] - mean)).toBeLessThan(0.2 * mean);
    candidate.dispose();
  });
});
