import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { LinearRows } from './protocol.ts';

/** Rows of a classification as a fit wants them: those that weigh something, with centred features. */
export interface ClassRows {
  rows: number;
  width: number;
  /** Row-major, less `means`; 0 throughout a constant column. */
  features: Float64Array;
  means: Float64Array;
  /** Position of the row's class in `present`. */
  labels: Int32Array;
  /** Classes that weigh something, ascending. */
  present: number[];
  /** Weight of each class present, and of all. */
  classWeights: number[];
  weights: Float64Array;
  weightSum: number;
}

/** A column whose spread is below this share of its mean holds rounding errors. */
const constantShare = 1e-13;
/** Added to each diagonal element, so that columns that say the same are solvable. */
const conditionerShare = 1e-10;

export function classRows({ rows: all, names, features, target, weights }: LinearRows): ClassRows {
  const width = names.length;
  const kept = Array.from({ length: all }, (_, row) => row).filter((row) => (weights?.[row] ?? 1) > 0);
  const rowWeights = Float64Array.from(kept, (row) => weights?.[row] ?? 1);
  const present = [...new Set(kept.map((row) => target[row]))].sort((a, b) => a - b);
  const labels = Int32Array.from(kept, (row) => present.indexOf(target[row]));
  const classWeights = present.map(() => 0);
  labels.forEach((label, i) => {
    classWeights[label] += rowWeights[i];
  });
  const weightSum = classWeights.reduce((sum, weight) => sum + weight, 0);
  const means = new Float64Array(width);
  kept.forEach((row, i) => {
    for (let j = 0; j < width; j++) means[j] += (rowWeights[i] * features[row * width + j]) / weightSum;
  });
  const centred = new Float64Array(kept.length * width);
  const spread = new Float64Array(width);
  kept.forEach((row, i) => {
    for (let j = 0; j < width; j++) {
      const value = features[row * width + j] - means[j];
      centred[i * width + j] = value;
      spread[j] = Math.max(spread[j], Math.abs(value));
    }
  });
  const flat = Array.from(spread, (value, j) => value <= constantShare * Math.abs(means[j]));
  for (let i = 0; i < centred.length; i++) if (flat[i % width]) centred[i] = 0;
  return {
    rows: kept.length,
    width,
    features: centred,
    means,
    labels,
    present,
    classWeights,
    weights: rowWeights,
    weightSum,
  };
}

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
