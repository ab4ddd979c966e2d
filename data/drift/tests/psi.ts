import { decileShares } from './bins.ts';
import { pairedShares } from './contingency.ts';
import { categoryTest, numericTest } from './define.ts';
import { stabilityIndex } from './divergences.ts';

const common = {
  name: 'psi',
  reference: 'Karakoulas 2004; shares below 1e-4 count as 1e-4',
  kind: 'distance',
  leastRows: 1,
} as const;

/** Population stability index, of numbers in ten bins between the deciles of the reference. */
export const psi = numericTest({
  ...common,
  compare: (reference, current) => ({ statistic: stabilityIndex(decileShares(reference, current)) }),
});

/** Population stability index, of categories. */
export const psiOfCategories = categoryTest({
  ...common,
  compare: (reference, current) => ({ statistic: stabilityIndex(pairedShares(reference, current)) }),
});
