import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import { fitLinear, loadLinear } from './linear/model.ts';

const params = z.strictObject({
  /** Penalty on the summed absolute coefficients, in units of half the mean squared error, as in scikit-learn, whose default is 1. */
  alpha: z.number().gt(0).default(0.01),
});
type LassoParams = z.infer<typeof params>;

/**
 * Least squares that leave out features: equal to scikit-learn's `Lasso`.
 * Reference: Tibshirani, Regression Shrinkage and Selection via the Lasso, JRSS B 58, 1996.
 */
export const lasso: Estimator<LassoParams> = {
  name: 'lasso',
  tasks: ['regression'],
  params,
  searchSpace: { alpha: { kind: 'float', low: 1e-6, high: 10, log: true } },
  needs: { complete: true, scaled: true },
  fit: (input, context) =>
    fitLinear(input, context, { kind: 'elastic-net', alpha: input.params.alpha, l1Ratio: 1 }),
  load: loadLinear,
};
