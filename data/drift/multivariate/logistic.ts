import { CholeskyDecomposition, Matrix as Dense } from 'ml-matrix';
import { type Matrix, rowOf } from './matrix.ts';

/** Weight of the squared coefficients, a row: keeps them finite where a line parts the sides. */
const ridge = 1e-3;
const mostSteps = 25;

/**
 * Coefficients of a logistic regression by Newton's method, the intercept first.
 * @param classes 0 or 1 for each row.
 */
export function fitLogistic(inputs: Matrix, classes: Uint8Array): Float64Array {
  const coefficients = new Float64Array(inputs.width + 1);
  for (let step = 0; step < mostSteps; step++) {
    const move = newtonStep(inputs, classes, coefficients);
    for (const [i, change] of move.entries()) coefficients[i] -= change;
    if (Math.max(...move.map(Math.abs)) < 1e-6) break;
  }
  return coefficients;
}

function newtonStep(inputs: Matrix, classes: Uint8Array, coefficients: Float64Array): number[] {
  const size = coefficients.length;
  const gradient = new Float64Array(size);
  const curvature = new Float64Array(size * size);
  for (let row = 0; row < inputs.rows; row++)
    addRow(gradient, curvature, withOne(inputs, row), classes[row], coefficients);
  for (let i = 1; i < size; i++) {
    gradient[i] += ridge * inputs.rows * coefficients[i];
    curvature[i * size + i] += ridge * inputs.rows;
  }
  const square = new Dense(size, size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      square.set(i, j, curvature[i * size + j]);
      square.set(j, i, curvature[i * size + j]);
    }
  return new CholeskyDecomposition(square).solve(Dense.columnVector(gradient)).to1DArray();
}

/** Log-odds of class 1 for each row. */
export const logOdds = (inputs: Matrix, coefficients: Float64Array): Float64Array =>
  Float64Array.from({ length: inputs.rows }, (_, row) => dot(withOne(inputs, row), coefficients));

function withOne(inputs: Matrix, row: number): Float64Array {
  const values = new Float64Array(inputs.width + 1);
  values[0] = 1;
  values.set(rowOf(inputs, row), 1);
  return values;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Adds one row's part of the loss's gradient and of the lower triangle of its second derivative. */
function addRow(
  gradient: Float64Array,
  curvature: Float64Array,
  row: Float64Array,
  actual: number,
  coefficients: Float64Array,
): void {
  const share = 1 / (1 + Math.exp(-dot(row, coefficients)));
  const weight = Math.max(share * (1 - share), 1e-9);
  for (let i = 0; i < row.length; i++) {
    gradient[i] += (share - actual) * row[i];
    const weighted = weight * row[i];
    const at = i * row.length;
    for (let j = 0; j <= i; j++) curvature[at + j] += weighted * row[j];
  }
}
