import { normalTwoSided } from '../distributions/normal.ts';
import { numericTest } from './define.ts';
import { differenceOfMeans } from './means.ts';

/** z test of equal means for large samples, variances may differ. */
export const z = numericTest({
  name: 'z',
  reference: 'statsmodels CompareMeans.ztest_ind(usevar="unequal")',
  kind: 'test',
  leastRows: 2,
  compare: (reference, current) => differenceOfMeans(reference, current, normalTwoSided),
});
