import { createRandom } from '../../generators/random.ts';

/** Rows of numbers, one row after another; NaN where a value is missing. */
export interface Matrix {
  rows: number;
  width: number;
  /** rows × width numbers. */
  values: Float64Array;
}

/** One row, as a view: who writes to it writes to the matrix. */
export const rowOf = ({ values, width }: Matrix, row: number): Float64Array =>
  values.subarray(row * width, (row + 1) * width);

/** The rows of these numbers, copied, in that order. */
export function takeRows(matrix: Matrix, rows: Int32Array): Matrix {
  const values = new Float64Array(rows.length * matrix.width);
  for (const [place, row] of rows.entries()) values.set(rowOf(matrix, row), place * matrix.width);
  return { rows: rows.length, width: matrix.width, values };
}

/** All row numbers in a random order (Fisher–Yates). */
export function shuffledRows(rows: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  for (let row = rows - 1; row > 0; row--) {
    const other = Math.floor((row + 1) * random());
    [order[row], order[other]] = [order[other], order[row]];
  }
  return order;
}

/** At most so many rows, drawn without replacement, in a random order. */
export const sampleRows = (matrix: Matrix, most: number, seed: number): Matrix =>
  takeRows(matrix, shuffledRows(matrix.rows, createRandom(seed)).subarray(0, most));

/**
 * Both sides in deviations of the reference from its mean; a missing value lies at the mean. A column that is constant
 * in the reference keeps its unit.
 */
export function standardise(reference: Matrix, current: Matrix): { reference: Matrix; current: Matrix } {
  const scales = Array.from({ length: reference.width }, (_, column) => scaleOf(reference, column));
  const scaled = ({ rows, width, values }: Matrix): Matrix => ({
    rows,
    width,
    values: values.map((value, place) => {
      const { mean, deviation } = scales[place % width];
      return Number.isFinite(value) ? (value - mean) / deviation : 0;
    }),
  });
  return { reference: scaled(reference), current: scaled(current) };
}

function scaleOf({ rows, width, values }: Matrix, column: number): { mean: number; deviation: number } {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (let row = 0; row < rows; row++) {
    const value = values[row * width + column];
    if (!Number.isFinite(value)) continue;
    count += 1;
    const before = value - mean;
    mean += before / count;
    squares += before * (value - mean);
  }
  const deviation = count > 1 ? Math.sqrt(squares / (count - 1)) : 0;
  return { mean, deviation: deviation > 0 ? deviation : 1 };
}
