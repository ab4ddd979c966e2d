import { setImmediate } from 'node:timers/promises';
import { RelevoError } from '../../contracts/errors.ts';
import type { Matrix } from '../../contracts/frame.ts';

/** A whole model or an estimator: `outputs` numbers per row, row-major. */
export type Predict = (rows: Matrix) => Promise<Float64Array>;

/** Rows built and predicted at a time: a few milliseconds of the event loop. */
const stretchRows = 4_096;

/**
 * Predictions of rows that are made on the way, so that they never stand in memory together.
 * @param write puts the features of row `index` into `row`, which comes with what was there before.
 * @throws RelevoError CANCELLED when `signal` has fired, between stretches.
 */
export async function predictMade(
  predict: Predict,
  names: string[],
  { rows, outputs }: { rows: number; outputs: number },
  write: (index: number, row: Float64Array) => void,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const predictions = new Float64Array(rows * outputs);
  for (let start = 0; start < rows; start += stretchRows) {
    throwIfCancelled(signal);
    const count = Math.min(stretchRows, rows - start);
    const data = new Float64Array(count * names.length);
    for (let i = 0; i < count; i++) write(start + i, data.subarray(i * names.length, (i + 1) * names.length));
    predictions.set(await predict({ rows: count, names, data }), start * outputs);
    await setImmediate();
  }
  return predictions;
}

/** One row, as a view: who writes to it writes to the matrix. */
export const rowAt = ({ data, names }: Matrix, row: number): Float64Array =>
  data.subarray(row * names.length, (row + 1) * names.length);

/** One column, copied. */
export function columnAt({ rows, names, data }: Matrix, column: number): Float64Array {
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row++) values[row] = data[row * names.length + column];
  return values;
}

/** The rows at these positions, copied, in that order. */
export function takeRows(matrix: Matrix, positions: ArrayLike<number>): Matrix {
  const { names } = matrix;
  const data = new Float64Array(positions.length * names.length);
  for (let i = 0; i < positions.length; i++) data.set(rowAt(matrix, positions[i]), i * names.length);
  return { rows: positions.length, names, data };
}

/** Means per output of consecutive groups of `size` rows. */
export function meansOfGroups(predictions: Float64Array, outputs: number, size: number): Float64Array {
  const groups = predictions.length / (outputs * size);
  const means = new Float64Array(groups * outputs);
  for (let i = 0; i < predictions.length; i++) {
    const group = Math.floor(i / (outputs * size));
    means[group * outputs + (i % outputs)] += predictions[i] / size;
  }
  return means;
}

/** @throws RelevoError CANCELLED */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new RelevoError('CANCELLED', 'The explanation was cancelled', {}, { cause: signal.reason });
}
