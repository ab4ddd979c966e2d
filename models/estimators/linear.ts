import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import { fitLinear, loadLinear } from './linear/model.ts';

const params = z.strictObject({});
type LinearParams = z.infer<typeof params>;

/**
 * Ordinary (with weights: weighted) least squares with an intercept, and its diagnostics. Columns that are
 * constant, a combination of earlier ones, or held at 0 by a monotone constraint are listed as dropped.
 */
export const linear: Estimator<LinearParams> = {
  name: 'linear',
  tasks: ['regression'],
  params,
  searchSpace: {},
  needs: { complete: true, scaled: false },
  fit: (input, context) => fitLinear(input, context, { kind: 'least-squares' }),
  load: loadLinear,
};
