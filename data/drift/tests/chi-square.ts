import { contingencyTest } from './contingency.ts';
import { categoryTest } from './define.ts';

/**
 * Pearson's chi-square test of homogeneity, which takes the reference as a sample too; no continuity correction.
 */
export const chiSquare = categoryTest({
  name: 'chi-square',
  reference: 'Pearson 1900; scipy.stats.chi2_contingency(correction=False)',
  kind: 'test',
  leastRows: 1,
  compare: (reference, current) =>
    contingencyTest(reference, current, (observed, expected) => (observed - expected) ** 2 / expected),
});
