import type { Reading } from '../form.ts';

/** What the threads that grow and read extremely randomised trees are told. Structured-cloneable; arrays are shared. */

export interface ExtraTask {
  rows: number;
  /** Features in single precision, column after column. */
  columns: Float32Array;
  /** Less the base where there is one sum; else a class index. */
  target: Float64Array;
  weights: Float64Array;
  sums: number;
  growth: ExtraGrowth;
  /** Of the tree: its seed is the fit's and this. */
  index: number;
  seed: number;
}

export interface ExtraGrowth {
  maxDepth: number;
  minChildWeight: number;
  /** Columns that a node draws cuts for. */
  columnsByNode: number;
  /** What leaves are multiplied by: 1 / trees. */
  scale: number;
}

/**
 * One tree, by node; node 0 is the root and `left` is −1 at a leaf. `value` is a threshold, or a leaf's output where
 * there is one sum; of more, `right` of a leaf is its row in `leaves` (one output per sum).
 */
export interface ExtraTree {
  left: Int32Array;
  right: Int32Array;
  feature: Int32Array;
  value: Float32Array;
  missingLeft: Uint8Array;
  cover: Float32Array;
  leaves: Float32Array;
}

export interface ExtraPredictTask {
  trees: ExtraTree[];
  reading: Reading;
  rows: number;
  width: number;
  /** In single precision, row-major. */
  features: Float32Array;
}
