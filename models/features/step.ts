import { setImmediate } from 'node:timers/promises';
import type { Matrix } from '../../contracts/frame.ts';
import type { OnnxGraph, TensorName } from '../../contracts/onnx.ts';

/** A change of the features that is learnt from training rows. One file in `models/features/`, one line in its index. */
export interface FeatureStep<State> {
  name: string;
  /** Learns from training rows; one number per column in each part of the state, JSON-safe. */
  fit(train: Matrix): Promise<State>;
  /** A new matrix; `features` stays as it is. */
  apply(state: State, features: Matrix): Promise<Matrix>;
  /** Adds the nodes that do to `features` (double, `[N, F]`) what `apply` does. */
  addToGraph(state: State, graph: OnnxGraph, features: TensorName): TensorName;
}

/** Cells changed before other work of the event loop gets its turn: about a millisecond. */
const stretchCells = 262_144;

/** A new matrix whose cells are `change(cell, column)`. */
export async function mapCells(
  { rows, names, data }: Matrix,
  change: (value: number, column: number) => number,
): Promise<Matrix> {
  const changed = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) {
    if (i > 0 && i % stretchCells === 0) await setImmediate();
    changed[i] = change(data[i], i % names.length);
  }
  return { rows, names, data: changed };
}

/** One result per column, from the column's values that are not missing; other work gets its turn between columns. */
export async function mapColumns<Result>(
  matrix: Matrix,
  summarise: (present: Float64Array) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let column = 0; column < matrix.names.length; column++) {
    if (column > 0) await setImmediate();
    results.push(summarise(presentValues(matrix, column)));
  }
  return results;
}

function presentValues(matrix: Matrix, column: number): Float64Array {
  const width = matrix.names.length;
  const present = new Float64Array(matrix.rows);
  let count = 0;
  for (let row = 0; row < matrix.rows; row++) {
    const value = matrix.data[row * width + column];
    if (!Number.isNaN(value)) present[count++] = value;
  }
  return present.subarray(0, count);
}
