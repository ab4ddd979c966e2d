import { numericTest } from './define.ts';
import { integrateGap } from './walk.ts';

/** First Wasserstein (earth mover's) distance, in the column's unit. */
export const wasserstein = numericTest({
  name: 'wasserstein',
  reference: 'Vallender 1974; scipy.stats.wasserstein_distance',
  kind: 'distance',
  leastRows: 1,
  compare: (reference, current) => ({ statistic: integrateGap(reference, current, Math.abs) }),
});
