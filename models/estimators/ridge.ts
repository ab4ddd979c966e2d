import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import { fitLinear, loadLinear } from './linear/model.ts';

const params = z.strictObject({
  /** Penalty on the squared coefficients, in units of the summed squared error. */
  alpha: z.number().gt(0).default(1),
});
type RidgeParams = z.infer<typeof params>;

/**
 * Ridge regression; the intercept is not penalised. Equal to scikit-learn's `Ridge` on the same columns.
 * Reference: Hoerl and Kennard, Ridge Regression, Technometrics 12, 1970.
 */
export const ridge: Estimator<RidgeParams> = {
  name: 'ridge',
  tasks: ['regression'],
  params,
  searchSpace: { alpha: { kind: 'float', low: 1e-6, high: 1e4, log: true } },
  needs: { complete: true, scaled: true },
  fit: (input, context) => fitLinear(input, context, { kind: 'ridge', alpha: input.params.alpha }),
  load: loadLinear,
};
