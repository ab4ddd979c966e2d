import { decileShares } from './bins.ts';
import { pairedShares } from './contingency.ts';
import { categoryTest, numericTest } from './define.ts';
import { kullbackLeibler } from './divergences.ts';

const common = {
  name: 'kl',
  reference: 'Kullback and Leibler 1951; scipy.stats.entropy(current, reference)',
  kind: 'distance',
  leastRows: 1,
} as const;

/** Kullback–Leibler divergence of the current shares from the reference, in nats, of numbers in ten bins between the deciles of the reference. */
export const kl = numericTest({
  ...common,
  compare: (reference, current) => ({ statistic: kullbackLeibler(decileShares(reference, current)) }),
});

/** Kullback–Leibler divergence of the current shares from the reference, in nats, of categories. */
export const klOfCategories = categoryTest({
  ...common,
  compare: (reference, current) => ({ statistic: kullbackLeibler(pairedShares(reference, current)) }),
});
