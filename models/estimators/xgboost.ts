import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import { fitTrees, type GrowthPlan, updateTrees } from './trees/fit.ts';
import { loadTrees } from './trees/model.ts';

const share = z.number().gt(0).max(1);
const params = z.strictObject({
  /** Most rounds; early stopping on the validation rows usually ends sooner. */
  rounds: z.number().int().min(1).max(100_000).default(1_000),
  /** Rounds without a better validation loss before the fit ends. */
  earlyStoppingRounds: z.number().int().min(1).default(50),
  learningRate: z.number().gt(0).max(1).default(0.1),
  maxDepth: z.number().int().min(1).max(20).default(6),
  /** Least weight of the rows in a leaf. */
  minChildWeight: z.number().min(0).default(1),
  /** Share of the rows that a tree sees. */
  subsample: share.default(1),
  /** Share of the columns that a tree sees. */
  colsampleByTree: share.default(1),
  /** L2 and L1 penalty on leaf outputs. */
  lambda: z.number().min(0).default(1),
  alpha: z.number().min(0).default(0),
  /** Least loss reduction of a split. */
  gamma: z.number().min(0).default(0),
  /** Histogram bins per column. */
  maxBins: z.number().int().min(2).max(65_535).default(256),
});
type XgboostParams = z.infer<typeof params>;

const planOf = (params: XgboostParams): GrowthPlan => ({
  kind: 'boosting',
  rounds: params.rounds,
  patience: params.earlyStoppingRounds,
  sampled: params.subsample < 1 || params.colsampleByTree < 1,
  params: {
    eta: params.learningRate,
    max_depth: params.maxDepth,
    min_child_weight: params.minChildWeight,
    subsample: params.subsample,
    colsample_bytree: params.colsampleByTree,
    lambda: params.lambda,
    alpha: params.alpha,
    gamma: params.gamma,
    max_bin: params.maxBins,
  },
});

/**
 * Gradient boosting by libxgboost (histogram method): squared error; logistic loss of two classes, softmax of more;
 * pinball loss of each quantile. Missing values find their own way at each split; early stopping keeps the round
 * of the best validation loss. Monotone constraints are kept but with more than two classes, where one direction
 * in all of them cannot be.
 * Reference: Chen and Guestrin, XGBoost: A Scalable Tree Boosting System, KDD 2016.
 */
export const xgboost: Estimator<XgboostParams> = {
  name: 'xgboost',
  tasks: ['regression', 'quantile', 'classification'],
  params,
  searchSpace: {
    learningRate: { kind: 'float', low: 0.02, high: 0.3, log: true },
    maxDepth: { kind: 'integer', low: 3, high: 10 },
    minChildWeight: { kind: 'float', low: 1, high: 50, log: true },
    subsample: { kind: 'float', low: 0.5, high: 1 },
    colsampleByTree: { kind: 'float', low: 0.5, high: 1 },
    lambda: { kind: 'float', low: 0.01, high: 30, log: true },
  },
  stepsParam: 'rounds',
  needs: { complete: false, scaled: false },
  fit: (input, context) => fitTrees(input, context, planOf(input.params)),
  load: loadTrees,
  update: (bytes, mode, input, context) => updateTrees(bytes, mode, input, context, planOf(input.params)),
};
