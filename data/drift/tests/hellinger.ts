import { decileShares } from './bins.ts';
import { pairedShares } from './contingency.ts';
import { categoryTest, numericTest } from './define.ts';
import { hellingerDistance } from './divergences.ts';

const common = {
  name: 'hellinger',
  reference: 'Hellinger 1909; scipy euclidean distance of the roots of the shares over √2',
  kind: 'distance',
  leastRows: 1,
} as const;

/** Hellinger distance, 0 to 1, of numbers in ten bins between the deciles of the reference. */
export const hellinger = numericTest({
  ...common,
  compare: (reference, current) => ({ statistic: hellingerDistance(decileShares(reference, current)) }),
});

/** Hellinger distance, 0 to 1, of categories. */
export const hellingerOfCategories = categoryTest({
  ...common,
  compare: (reference, current) => ({ statistic: hellingerDistance(pairedShares(reference, current)) }),
});
