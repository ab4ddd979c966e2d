import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import { fitLightgbm } from './trees/light/fit.ts';
import { loadLightgbm } from './trees/light/model.ts';

const share = z.number().gt(0).max(1);
const params = z.strictObject({
  /** Most rounds; early stopping on the validation rows usually ends sooner. */
  rounds: z.number().int().min(1).max(100_000).default(1_000),
  /** Rounds without a better validation loss before the fit ends. */
  earlyStoppingRounds: z.number().int().min(1).default(50),
  learningRate: z.number().gt(0).max(1).default(0.1),
  /** Most leaves of a tree, which grows where it gains most. */
  leaves: z.number().int().min(2).max(131_072).default(31),
  /** −1 is no limit. */
  maxDepth: z.number().int().min(-1).max(64).default(-1),
  /** Least rows, and least sum of second derivatives, of a leaf. */
  minLeafRows: z.number().int().min(1).default(20),
  minChildWeight: z.number().min(0).default(0.001),
  /** Share of the rows, and of the columns, that a tree sees. */
  subsample: share.default(1),
  colsampleByTree: share.default(1),
  /** L2 and L1 penalty on leaf outputs. */
  lambda: z.number().min(0).default(0),
  alpha: z.number().min(0).default(0),
  /** Histogram bins per column. */
  maxBins: z.number().int().min(2).max(65_535).default(255),
});
type LightgbmParams = z.infer<typeof params>;

/**
 * Gradient boosting by lib_lightgbm, whose trees grow leaf by leaf: squared error, logistic loss, softmax, or the
 * pinball loss of each quantile. The library is not Relevo's to ship: LIGHTGBM_LIB names it, or an installed Python
 * wheel has it; a saved model predicts and compiles without.
 * Reference: Ke et al., LightGBM: A Highly Efficient Gradient Boosting Decision Tree, NeurIPS 2017.
 */
export const lightgbm: Estimator<LightgbmParams> = {
  name: 'lightgbm',
  tasks: ['regression', 'quantile', 'classification'],
  params,
  searchSpace: {
    learningRate: { kind: 'float', low: 0.02, high: 0.3, log: true },
    leaves: { kind: 'integer', low: 7, high: 255, log: true },
    minLeafRows: { kind: 'integer', low: 5, high: 100, log: true },
    subsample: { kind: 'float', low: 0.5, high: 1 },
    colsampleByTree: { kind: 'float', low: 0.5, high: 1 },
    lambda: { kind: 'float', low: 0.01, high: 30, log: true },
  },
  stepsParam: 'rounds',
  needs: { complete: false, scaled: false },
  fit: (input, context) => fitLightgbm(input, context, planOf(input.params)),
  load: loadLightgbm,
};

function planOf(params: LightgbmParams) {
  return {
    rounds: params.rounds,
    patience: params.earlyStoppingRounds,
    maxBins: params.maxBins,
    params: {
      learning_rate: params.learningRate,
      num_leaves: params.leaves,
      max_depth: params.maxDepth,
      min_data_in_leaf: params.minLeafRows,
      min_sum_hessian_in_leaf: params.minChildWeight,
      bagging_fraction: params.subsample,
      bagging_freq: params.subsample < 1 ? 1 : 0,
      feature_fraction: params.colsampleByTree,
      lambda_l2: params.lambda,
      lambda_l1: params.alpha,
    },
  };
}
