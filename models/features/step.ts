import type { Matrix } from '../../contracts/frame.ts';
import type { OnnxGraph, TensorName } from '../../contracts/onnx.ts';

/** A change of the features that is learnt from training rows. One file in `models/features/`, one line in its index. */
export interface FeatureStep<State> {
  name: string;
  /** Learns from training rows; one number per column in each part of the state, JSON-safe. */
  fit(train: Matrix): State;
  /** A new matrix; `features` stays as it is. */
  apply(state: State, features: Matrix): Matrix;
  /** Adds the nodes that do to `features` (double, `[N, F]`) what `apply` does. */
  addToGraph(state: State, graph: OnnxGraph, features: TensorName): TensorName;
}

/** A new matrix whose cells are `change(cell, column)`. */
export function mapCells(matrix: Matrix, change: (value: number, column: number) => number): Matrix {
  const width = matrix.names.length;
  const data = new Float64Array(matrix.data.length);
  for (let i = 0; i < data.length; i++) data[i] = change(matrix.data[i], i % width);
  return { rows: matrix.rows, names: matrix.names, data };
}

/** The values of one column that are not missing. */
export function presentValues(matrix: Matrix, column: number): Float64Array {
  const width = matrix.names.length;
  const present = new Float64Array(matrix.rows);
  let count = 0;
  for (let row = 0; row < matrix.rows; row++) {
    const value = matrix.data[row * width + column];
    if (!Number.isNaN(value)) present[count++] = value;
  }
  return present.subarray(0, count);
}
