import { expect } from 'vitest';
import type { FeatureStepInput } from '../../contracts/features.ts';
import { featureStepSchema } from '../../contracts/features.ts';
import type { Matrix } from '../../contracts/frame.ts';
import { openModel } from '../../inference/session.ts';
import { createGraph } from '../onnx/graph.ts';
import { seededRandom } from '../random.ts';
import { addStepsToGraph, applySteps, type FeatureStepState, fitSteps } from './index.ts';
import type { StepContext } from './step.ts';

/** What the tests of feature steps share. */

/** A matrix of row-major cells, null where missing. */
export const fromCells = (names: string[], cells: (number | null)[]): Matrix => ({
  rows: cells.length / names.length,
  names,
  data: Float64Array.from(cells, (cell) => cell ?? Number.NaN),
});

/** Ordinary, constant, all missing, huge, and nearly constant columns, and two of codes, with holes. */
export function difficult(rows: number, seed: number, missingShare = 0.2): Matrix {
  const random = seededRandom(seed, 'matrix');
  const names = ['ordinary', 'constant', 'absent', 'huge', 'narrow', 'code', 'rare'];
  const make = [
    () => random.normal() * 3,
    () => 0.1,
    () => Number.NaN,
    () => random.normal() * 1e150,
    () => 1e6 + random.normal() * 1e-4,
    () => random.integer(4),
    () => random.integer(60) - 0.5,
  ];
  const data = Float64Array.from({ length: rows * names.length }, (_, i) =>
    random.next() < missingShare ? Number.NaN : make[i % names.length](),
  );
  return { rows, names, data };
}

/** A target that the codes say something about. */
export function contextFor({ rows, names, data }: Matrix): StepContext {
  const target = Float64Array.from({ length: rows }, (_, row) => {
    const code = data[row * names.length + names.length - 2];
    return row % 7 === 0 || Number.isNaN(code) ? 1 : code % 3;
  });
  return { target, task: { kind: 'classification', classes: 3, ordered: false }, seed: 4 };
}

/** Fits steps as a pipeline writes them, their defaults filled in. */
export const learn = (steps: FeatureStepInput[], train: Matrix, context = contextFor(train)) =>
  fitSteps(
    steps.map((step) => featureStepSchema.parse(step)),
    train,
    context,
  );

/** What onnxruntime makes of the rows. */
async function runGraph(steps: FeatureStepState[], matrix: Matrix, width: number): Promise<Float64Array> {
  const graph = createGraph('steps');
  const inputs = matrix.names.map((name) => graph.input(name, 'double'));
  const [table] = graph.node('Concat', inputs, { axis: { int: 1 } });
  graph.output(addStepsToGraph(steps, graph, table), 'prediction', width);
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

/** To `tolerance`, relative to what is expected where that is beyond 1; NaN is close to NaN. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    const isSame = Object.is(actual[i], expected[i]);
    const isNear = Math.abs(actual[i] - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i]));
    if (!isSame && !isNear) expect.fail(`cell ${i}: ${actual[i]}, not ${expected[i]}`);
  }
}

/** In a graph as in memory, from a state that has been through JSON; the input stays as it was. */
export async function expectSameInGraph(steps: FeatureStepInput[], train: Matrix, fresh: Matrix) {
  const before = train.data.slice();
  const { steps: fitted } = await learn(steps, train);
  expect(train.data).toEqual(before);
  const revived = JSON.parse(JSON.stringify(fitted)) as FeatureStepState[];
  expect(revived).toEqual(fitted);
  for (const rows of [train, fresh]) {
    const inMemory = await applySteps(fitted, rows);
    expect(inMemory.data).toHaveLength(rows.rows * inMemory.names.length);
    expect(new Set(inMemory.names).size).toBe(inMemory.names.length);
    expectClose(await runGraph(revived, rows, inMemory.names.length), inMemory.data);
  }
}
