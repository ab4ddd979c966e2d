import type { Estimate } from '../../contracts/metrics.ts';
import type { Matrix } from '../../data/drift/multivariate/index.ts';
import {
  calibrator,
  type estimableMetrics,
  estimateClassification,
  estimateRegression,
  expectLosses,
  type LabelledProbabilities,
} from '../../data/drift/performance/index.ts';

export type EstimateTask =
  | {
      kind: 'classification';
      labelled: LabelledProbabilities;
      current: Float64Array;
      metric: (typeof estimableMetrics)[number];
      seed: number;
    }
  | {
      kind: 'regression';
      labelled: Matrix;
      losses: Float64Array;
      current: Matrix;
      metric: 'mae' | 'rmse';
      seed: number;
    };

/** Entry of a pool thread: what a metric is where targets are not known yet. */
export default (task: EstimateTask): Estimate => {
  if (task.kind === 'regression') {
    const { labelled, losses, current, metric, seed } = task;
    return estimateRegression(expectLosses(labelled, losses, current, seed), metric);
  }
  const { labelled, current, metric, seed } = task;
  return estimateClassification(calibrator(labelled)(current), labelled.width, metric, seed);
};
