import { contingencyTest } from './contingency.ts';
import { categoryTest } from './define.ts';

/** G test (log-likelihood ratio) of homogeneity; no continuity correction. */
export const g = categoryTest({
  name: 'g',
  reference: 'Wilks 1935; scipy.stats.chi2_contingency(correction=False, lambda_="log-likelihood")',
  kind: 'test',
  leastRows: 1,
  compare: (reference, current) =>
    contingencyTest(reference, current, (observed, expected) =>
      observed === 0 ? 0 : 2 * observed * Math.log(observed / expected),
    ),
});
