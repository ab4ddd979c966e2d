import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import { fitOrdinal, loadOrdinal } from './linear/ordinal-model.ts';

const params = z.strictObject({
  /** Penalty on half the summed squares of the coefficients, in nats; with 0 the fit is maximum likelihood. */
  alpha: z.number().min(0).default(1),
});
type OrdinalParams = z.infer<typeof params>;

/**
 * Ordinal regression with proportional odds, for classifications whose classes are ordered. Without a penalty equal to
 * statsmodels' `OrderedModel(distr='logit')`. A class without training rows gets the probability 0.
 * Reference: McCullagh, Regression Models for Ordinal Data, JRSS B 42, 1980.
 */
export const ordinal: Estimator<OrdinalParams> = {
  name: 'ordinal',
  tasks: ['classification'],
  params,
  searchSpace: { alpha: { kind: 'float', low: 1e-4, high: 1e4, log: true } },
  needs: { complete: true, scaled: true },
  fit: (input, context) => fitOrdinal(input, context, input.params.alpha),
  load: loadOrdinal,
};
