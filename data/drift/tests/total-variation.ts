import { pairedShares } from './contingency.ts';
import { categoryTest } from './define.ts';

/** Total variation distance: half the sum of the absolute differences of shares, 0 to 1. */
export const totalVariation = categoryTest({
  name: 'total-variation',
  reference: 'scipy.spatial.distance.cityblock of the shares, halved',
  kind: 'distance',
  leastRows: 1,
  compare: (reference, current) => {
    let sum = 0;
    for (const [p, q] of pairedShares(reference, current)) sum += Math.abs(p - q);
    return { statistic: sum / 2 };
  },
});
