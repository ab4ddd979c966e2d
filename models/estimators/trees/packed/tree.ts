import type { Reading } from '../form.ts';

/**
 * One tree, by node; node 0 is the root and `left` is −1 at a leaf; rows below the threshold go left, features
 * rounded to single precision. `value` is a threshold or a leaf's output. A tree that answers all sums at once has
 * no `output`, and `right` of a leaf is its row in `leaves` (one number per sum) where there are several.
 */
export interface PackedTree {
  left: Int32Array;
  right: Int32Array;
  feature: Int32Array;
  value: Float32Array;
  missingLeft: Uint8Array;
  cover: Float32Array;
  leaves: Float32Array;
  /** The sum that the tree adds to. */
  output?: number;
}

/** Trees that are added up, and how their sums are read. */
export interface PackedForest {
  reading: Reading;
  columns: number;
  trees: PackedTree[];
}

/** What a thread that predicts is told. Structured-cloneable. */
export interface PackedPredictTask {
  trees: PackedTree[];
  reading: Reading;
  rows: number;
  width: number;
  /** In single precision, row-major. */
  features: Float32Array;
}
