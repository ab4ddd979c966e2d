import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../contracts/frame.ts';
import { openModel } from '../../inference/session.ts';
import { createGraph } from '../onnx/graph.ts';
import { seededRandom } from '../random.ts';
import {
  addStepsToGraph,
  applySteps,
  type FeatureStepState,
  featureSteps,
  fitSteps,
  neededSteps,
} from './index.ts';
import parity from './parity/steps.json' with { type: 'json' };

const fromCells = (names: string[], cells: (number | null)[]): Matrix => ({
  rows: cells.length / names.length,
  names,
  data: Float64Array.from(cells, (cell) => cell ?? Number.NaN),
});

/** Ordinary, constant, all missing, huge, and nearly constant columns, with holes. */
function difficult(rows: number, seed: number): Matrix {
  const random = seededRandom(seed, 'matrix');
  const names = ['ordinary', 'constant', 'absent', 'huge', 'narrow'];
  const make = [
    () => random.normal() * 3,
    () => 0.1,
    () => Number.NaN,
    () => random.normal() * 1e150,
    () => 1e6 + random.normal() * 1e-4,
  ];
  const data = Float64Array.from({ length: rows * names.length }, (_, i) =>
    random.next() < 0.2 ? Number.NaN : make[i % names.length](),
  );
  return { rows, names, data };
}

async function runGraph(steps: FeatureStepState[], matrix: Matrix): Promise<Float64Array> {
  const graph = createGraph('steps');
  const inputs = matrix.names.map((name) => graph.input(name, 'double'));
  const [table] = graph.node('Concat', inputs, { axis: { int: 1 } });
  graph.output(addStepsToGraph(steps, graph, table), 'prediction', matrix.names.length);
  const model = await openModel(graph.toBytes({}));
  const columns = Object.fromEntries(
    matrix.names.map((name, column) => [
      name,
      Float64Array.from({ length: matrix.rows }, (_, row) => matrix.data[row * matrix.names.length + column]),
    ]),
  );
  const results = await model.predict(columns, matrix.rows);
  await model.release();
  return results;
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    const isSame = Object.is(actual[i], expected[i]);
    const isNear = Math.abs(actual[i] - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i]));
    if (!isSame && !isNear) expect.fail(`cell ${i}: ${actual[i]}, not ${expected[i]}`);
  }
}

const names = Object.keys(featureSteps) as (keyof typeof featureSteps)[];
const chains: FeatureStepState['step'][][] = [...names.map((name) => [name]), names];

describe.each(chains.map((chain) => [chain.join(' then '), chain] as const))('%s', (_, chain) => {
  it('computes the same in a graph as in memory, for rows it has not seen', async () => {
    const { steps } = await fitSteps([...chain], difficult(200, 1));
    const fresh = difficult(50, 2);
    expectClose(await runGraph(steps, fresh), (await applySteps(steps, fresh)).data);
  });

  it('has a state that survives JSON and gives finite numbers for whole rows', async () => {
    const { steps } = await fitSteps([...chain], difficult(200, 1));
    const revived = JSON.parse(JSON.stringify(steps)) as FeatureStepState[];
    expect(revived).toEqual(steps);
    const whole = { ...difficult(20, 3), data: new Float64Array(100).fill(2.5) };
    expect((await applySteps(revived, whole)).data.every(Number.isFinite)).toBe(true);
  });

  it('leaves its input alone', async () => {
    const train = difficult(20, 1);
    const before = train.data.slice();
    const { features } = await fitSteps([...chain], train);
    expect(features.data).not.toBe(train.data);
    expect(train.data).toEqual(before);
  });
});

describe(`against scikit-learn ${parity.scikitLearn}`, () => {
  const train = fromCells(parity.names, parity.train);
  const fresh = fromCells(parity.names, parity.fresh);

  it('impute is SimpleImputer(strategy="median")', async () => {
    const state = await featureSteps.impute.fit(train);
    expectClose(state.medians, parity.medians);
    expectClose(
      (await featureSteps.impute.apply(state, fresh)).data,
      fromCells(parity.names, parity.imputed).data,
    );
  });

  it('scale is StandardScaler', async () => {
    const state = await featureSteps.scale.fit(train);
    expectClose(state.means, parity.means);
    expectClose(state.deviations, parity.deviations, 1e-9);
    expectClose(
      (await featureSteps.scale.apply(state, fresh)).data,
      fromCells(parity.names, parity.scaled).data,
      1e-9,
    );
  });
});

describe('which steps are fitted', () => {
  it('follows from what the estimator needs', () => {
    expect(neededSteps({ complete: false, scaled: false })).toEqual([]);
    expect(neededSteps({ complete: true, scaled: false })).toEqual(['impute']);
    expect(neededSteps({ complete: true, scaled: true })).toEqual(['impute', 'scale']);
  });

  it('fills a column that was never seen with 0, an even number of values with the middle of two', async () => {
    const train = fromCells(['a', 'b'], [1, null, 4, null, 2, null, 3, null]);
    expect(await featureSteps.impute.fit(train)).toEqual({ medians: [2.5, 0] });
  });
});
