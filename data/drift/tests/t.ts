import tCdf from '@stdlib/stats-base-dists-t-cdf';
import { numericTest } from './define.ts';
import { differenceOfMeans } from './means.ts';

/** Welch's t test of equal means, variances may differ. */
export const t = numericTest({
  name: 't',
  reference: 'Welch 1947; scipy.stats.ttest_ind(equal_var=False)',
  kind: 'test',
  leastRows: 2,
  compare: (reference, current) =>
    differenceOfMeans(reference, current, (statistic) => {
      const ofReference = reference.variance / reference.sorted.length;
      const ofCurrent = current.variance / current.sorted.length;
      const freedom =
        (ofReference + ofCurrent) ** 2 /
        (ofReference ** 2 / (reference.sorted.length - 1) + ofCurrent ** 2 / (current.sorted.length - 1));
      return 2 * tCdf(-Math.abs(statistic), freedom);
    }),
});
