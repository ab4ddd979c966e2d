import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import { fitLogistic, loadLogistic } from './linear/logistic-model.ts';

const params = z.strictObject({
  /** How little the coefficients are held back, as in scikit-learn: the penalty is their summed squares over 2·C. */
  C: z.number().gt(0).default(1),
});
type LogisticParams = z.infer<typeof params>;

/**
 * Logistic regression, multinomial of more than two classes, with an L2 penalty on all but the intercepts. Equal to
 * scikit-learn's `LogisticRegression`. A class without training rows gets the probability 0.
 */
export const logistic: Estimator<LogisticParams> = {
  name: 'logistic',
  tasks: ['classification'],
  params,
  searchSpace: { C: { kind: 'float', low: 1e-4, high: 1e4, log: true } },
  needs: { complete: true, scaled: true },
  fit: (input, context) => fitLogistic(input, context, 1 / input.params.C),
  load: loadLogistic,
};
