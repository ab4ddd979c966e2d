/** What a whole model says about rows: base, feature steps, estimator, calibration and decision included. */
export interface Predictions {
  /** Row-major, `outputs` numbers per row: the target's value, or one probability per class. */
  values: Float64Array;
  outputs: number;
  /** Lower and upper bound per row, row-major, where the pipeline asks for intervals. */
  interval?: Float64Array;
  /** The answered class is the one of the largest probability × weight; 1 each where absent. */
  decisionWeights?: number[];
}
