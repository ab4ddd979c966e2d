import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { ClassRows } from './classes.ts';

/** Added to each diagonal element, scaled to 1, so that columns that say the same are solvable. */
const solvableShare = 1e-10;

/** X'·diag(weights)·X, `width × width`; four rows at a time. */
export function weightedProducts({ rows, width, features }: ClassRows, weights: Float64Array): Matrix {
  const sums = new Float64Array(width * width);
  let row = 0;
  for (; row + 3 < rows; row += 4) {
    const at0 = row * width;
    const at1 = at0 + width;
    const at2 = at1 + width;
    const at3 = at2 + width;
    for (let i = 0; i < width; i++) {
      const value0 = weights[row] * features[at0 + i];
      const value1 = weights[row + 1] * features[at1 + i];
      const value2 = weights[row + 2] * features[at2 + i];
      const value3 = weights[row + 3] * features[at3 + i];
      for (let j = i; j < width; j++)
        sums[i * width + j] +=
          value0 * features[at0 + j] +
          value1 * features[at1 + j] +
          value2 * features[at2 + j] +
          value3 * features[at3 + j];
    }
  }
  for (; row < rows; row++)
    for (let i = 0; i < width; i++)
      for (let j = i; j < width; j++)
        sums[i * width + j] += weights[row] * features[row * width + i] * features[row * width + j];
  const products = Matrix.zeros(width, width);
  for (let i = 0; i < width; i++)
    for (let j = i; j < width; j++) {
      products.set(i, j, sums[i * width + j]);
      products.set(j, i, sums[i * width + j]);
    }
  return products;
}

/** Solves matrix·x = vector for a symmetric matrix without negative eigenvalues, nearly where one is 0. */
export function solverOf(matrix: Matrix): (vector: Float64Array) => Float64Array {
  const size = matrix.rows;
  const scales = Array.from({ length: size }, (_, i) => {
    const diagonal = matrix.get(i, i);
    return diagonal > 0 ? Math.sqrt(diagonal) : 1;
  });
  const scaled = Matrix.eye(size, size, 1 + solvableShare);
  for (let i = 0; i < size; i++)
    for (let j = i + 1; j < size; j++) {
      const value = matrix.get(i, j) / (scales[i] * scales[j]);
      scaled.set(i, j, value);
      scaled.set(j, i, value);
    }
  const factor = new CholeskyDecomposition(scaled);
  return (vector) => {
    const right = Matrix.columnVector(Array.from(vector, (value, i) => value / scales[i]));
    return Float64Array.from(factor.solve(right).to1DArray(), (value, i) => value / scales[i]);
  };
}
