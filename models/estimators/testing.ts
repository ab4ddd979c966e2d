import type { FitContext, FittedModel, LabelledRows, Task } from '../../contracts/estimator.ts';
import type { Matrix } from '../../contracts/frame.ts';
import { openModel } from '../../inference/session.ts';
import { createGraph } from '../onnx/graph.ts';
import { quantile } from '../quantile.ts';
import { seededRandom } from '../random.ts';

/** What the tests of estimators share. */

export const neverCancelled = (): FitContext => ({ threads: 2, signal: new AbortController().signal });

export function matrixOf(rows: number[][], names = rows[0].map((_, j) => `x${j}`)): Matrix {
  return { rows: rows.length, names, data: Float64Array.from(rows.flat()) };
}

/** Rows on a coarse grid, so that values meet the thresholds of trees exactly; noise on a curved target. */
export function syntheticRows(rows: number, seed: number, missingShare = 0): LabelledRows {
  const random = seededRandom(seed, 'rows');
  const features = Array.from({ length: rows }, () => {
    const grid = () => (random.next() < missingShare ? Number.NaN : random.integer(41) / 8 - 2.5);
    return [grid(), grid(), grid(), random.normal()];
  });
  const or0 = (value: number) => (Number.isNaN(value) ? 0 : value);
  const target = features.map(
    ([a, b, c, d]) => 40 + 3 * or0(a) - or0(b) * or0(c) + 0.5 * d + 0.1 * random.normal(),
  );
  return { features: matrixOf(features), target: Float64Array.from(target) };
}

/** `syntheticRows` as the task has them: for a classification, the target is cut into classes of equal size. */
export function rowsOf(task: Task, rows: number, seed: number, missingShare = 0): LabelledRows {
  const numbers = syntheticRows(rows, seed, missingShare);
  if (task.kind !== 'classification') return numbers;
  const sorted = Float64Array.from(numbers.target).sort();
  const cuts = Array.from({ length: task.classes - 1 }, (_, k) => quantile(sorted, (k + 1) / task.classes));
  return { ...numbers, target: numbers.target.map((value) => cuts.filter((cut) => value > cut).length) };
}

/** What onnxruntime says for the rows from the graph that the model adds itself to. */
export async function onnxPredictions(
  fitted: FittedModel,
  { rows, names, data }: Matrix,
): Promise<Float64Array> {
  const graph = createGraph('estimator');
  const inputs = names.map((name) => graph.input(name, 'double'));
  const [features] = graph.node('Concat', inputs, { axis: { int: 1 } });
  graph.output(fitted.addToGraph(graph, features), 'prediction', fitted.outputs);
  const model = await openModel(graph.toBytes({}));
  const columns = names.map((name, j) => [
    name,
    Float64Array.from({ length: rows }, (_, i) => data[i * names.length + j]),
  ]);
  try {
    return await model.predict(Object.fromEntries(columns), rows);
  } finally {
    await model.release();
  }
}

/** Largest |a − b| over max(1, |b|). */
export function largestDifference(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce(
    (largest, value, i) => Math.max(largest, Math.abs(value - b[i]) / Math.max(1, Math.abs(b[i]))),
    0,
  );
}

export function errorOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('the call did not fail');
}
