import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import { fitStacking, loadStacking } from './ensembles/stacking.ts';
import type { EstimatorByName } from './params.ts';

const params = z.strictObject({
  /** Folds of the cross-fitting; fewer where there are fewer rows. */
  folds: z.number().int().min(2).max(50).default(5),
});
type StackingParams = z.infer<typeof params>;

/**
 * A ridge regression of its members' predictions, or a logistic regression of their log-probabilities, learnt where
 * each member predicts rows that it had not seen (shuffled folds, stratified by class).
 * Reference: Wolpert, Stacked Generalization, Neural Networks 5, 1992; scikit-learn's `StackingRegressor`.
 */
export const stackingOf = (
  byName: EstimatorByName,
  /** What a saved stack may hold: a champion that a corrector was put over may be an ensemble itself. */
  anyByName: EstimatorByName,
): Estimator<StackingParams> => ({
  name: 'stacking',
  tasks: ['regression', 'classification'],
  params,
  searchSpace: {},
  needs: { complete: false, scaled: false },
  fit: (input, context) => fitStacking(byName, input, context),
  load: (bytes) => loadStacking(anyByName, bytes),
});
