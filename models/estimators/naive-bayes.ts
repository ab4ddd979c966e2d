import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import { fitBayes, loadBayes } from './naive-bayes/model.ts';

const params = z.strictObject({
  /** Share of the largest variance of a feature that is added to all variances. */
  varSmoothing: z.number().gt(0).max(1).default(1e-9),
});
type NaiveBayesParams = z.infer<typeof params>;

/**
 * Gaussian naive Bayes: within a class, features are independent and normal. Equal to scikit-learn's `GaussianNB`;
 * a class without rows has the probability 0.
 * Reference: Hand and Yu, Idiot's Bayes: Not So Stupid after All?, International Statistical Review 69, 2001.
 */
export const naiveBayes: Estimator<NaiveBayesParams> = {
  name: 'naive-bayes',
  tasks: ['classification'],
  params,
  searchSpace: { varSmoothing: { kind: 'float', low: 1e-9, high: 1, log: true } },
  needs: { complete: true, scaled: false },
  fit: fitBayes,
  load: loadBayes,
};
