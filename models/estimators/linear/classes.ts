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

/** Leaves out rows without weight and centres the features on their weighted means. */
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

/** Whether sums of weighted products of the features would leave the range of doubles. */
export function overflows({ features, weightSum }: ClassRows): boolean {
  const limit = Math.sqrt(1e300 / Math.max(1, weightSum));
  return !features.every((value) => Math.abs(value) < limit);
}
