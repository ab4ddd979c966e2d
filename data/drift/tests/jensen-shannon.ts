import { decileShares } from './bins.ts';
import { pairedShares } from './contingency.ts';
import { categoryTest, numericTest } from './define.ts';
import { jensenShannonDistance } from './divergences.ts';

const common = {
  name: 'jensen-shannon',
  reference: 'Lin 1991; scipy.spatial.distance.jensenshannon(base=2)',
  kind: 'distance',
  leastRows: 1,
} as const;

/** Jensen–Shannon distance, base 2, of numbers in ten bins between the deciles of the reference. */
export const jensenShannon = numericTest({
  ...common,
  compare: (reference, current) => ({ statistic: jensenShannonDistance(decileShares(reference, current)) }),
});

/** Jensen–Shannon distance, base 2, of categories. */
export const jensenShannonOfCategories = categoryTest({
  ...common,
  compare: (reference, current) => ({ statistic: jensenShannonDistance(pairedShares(reference, current)) }),
});
