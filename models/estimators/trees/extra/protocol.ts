/** What the threads that grow extremely randomised trees are told. Structured-cloneable; arrays are shared. */

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
