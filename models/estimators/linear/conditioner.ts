import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { ClassRows } from './classes.ts';

/** Added to each diagonal element, so that columns that say the same are solvable. */
const conditionerShare = 1e-10;

/**
 * An approximate inverse of the second derivatives by the slopes: of `curvature`·X'WX + `penalty`·I.
 * Reference: Böhning, Multinomial logistic regression algorithm, AISM 44, 1992 (one fixed bound for all steps).
 */
export function slopeConditioner(
  { rows, width, features, weights }: ClassRows,
  curvature: number,
  penalty: number,
): (vector: Float64Array) => Float64Array {
  const products = new Float64Array(width * width);
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    for (let i = 0; i < width; i++) {
      const value = curvature * weights[row] * features[at + i];
      if (value === 0) continue;
      for (let j = i; j < width; j++) products[i * width + j] += value * features[at + j];
    }
  }
  const rootOf = (value: number): number => (value > 0 ? Math.sqrt(value) : 1);
  const scales = Array.from({ length: width }, (_, i) => rootOf(products[i * width + i] + penalty));
  const matrix = Matrix.eye(width, width, 1 + conditionerShare);
  for (let i = 0; i < width; i++)
    for (let j = i + 1; j < width; j++) {
      const scaled = products[i * width + j] / (scales[i] * scales[j]);
      matrix.set(i, j, scaled);
      matrix.set(j, i, scaled);
    }
  const factor = new CholeskyDecomposition(matrix);
  return (vector) => {
    const right = Matrix.columnVector(Array.from(vector, (value, i) => value / scales[i]));
    return Float64Array.from(factor.solve(right).to1DArray(), (value, i) => value / scales[i]);
  };
}
