import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import { fitLinear, loadLinear } from './linear/model.ts';

const params = z.strictObject({
  /** Penalty on the coefficients, in units of half the mean squared error, as in scikit-learn, whose default is 1. */
  alpha: z.number().gt(0).default(0.01),
  /** Share of the penalty on the absolute coefficients; the rest is on half their squares. */
  l1Ratio: z.number().gt(0).max(1).default(0.5),
});
type ElasticNetParams = z.infer<typeof params>;

/**
 * Least squares that leave out features, and share weight among those that go together: equal to scikit-learn's
 * `ElasticNet`. Reference: Zou and Hastie, Regularization and Variable Selection via the Elastic Net, JRSS B 67, 2005.
 */
export const elasticNet: Estimator<ElasticNetParams> = {
  name: 'elastic-net',
  tasks: ['regression'],
  params,
  searchSpace: {
    alpha: { kind: 'float', low: 1e-6, high: 10, log: true },
    l1Ratio: { kind: 'float', low: 0.05, high: 1 },
  },
  needs: { complete: true, scaled: true },
  fit: (input, context) => fitLinear(input, context, { kind: 'elastic-net', ...input.params }),
  load: loadLinear,
};
