import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import { fitNeighbours, loadNeighbours } from './knn/model.ts';

const params = z.strictObject({
  /** Nearest rows that are asked; all where there are fewer. */
  neighbours: z.number().int().min(1).max(1_000).default(5),
  /** `distance`: a neighbour counts by 1/distance, and one at distance 0 alone. */
  weighting: z.enum(['uniform', 'distance']).default('uniform'),
  /** Most rows that the model keeps, drawn at random: each prediction compares itself with all of them. */
  maxRows: z.number().int().min(1).max(100_000).default(10_000),
});
type KnnParams = z.infer<typeof params>;

/**
 * The mean target, or the class shares, of the nearest training rows by Euclidean distance. Equal to scikit-learn's
 * `KNeighborsRegressor` and `KNeighborsClassifier`, with row weights besides; of rows equally far away, earlier
 * ones come first. `diagnostics` says how many rows are kept.
 * Reference: Cover and Hart, Nearest Neighbor Pattern Classification, IEEE Transactions on Information Theory 13, 1967.
 */
export const knn: Estimator<KnnParams> = {
  name: 'knn',
  tasks: ['regression', 'classification'],
  params,
  searchSpace: {
    neighbours: { kind: 'integer', low: 3, high: 60, log: true },
    weighting: { kind: 'choice', options: ['uniform', 'distance'] },
  },
  needs: { complete: true, scaled: true },
  fit: fitNeighbours,
  load: loadNeighbours,
};
