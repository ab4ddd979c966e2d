import { mannWhitneyExact } from '../distributions/mann-whitney.ts';
import { normalSurvival } from '../distributions/normal.ts';
import { numericTest } from './define.ts';
import { eachValue } from './walk.ts';

const fewRows = 8;

/**
 * Mann–Whitney U test: U counts the pairs in which the reference has the larger value (ties half). Exact where a side
 * has at most 8 rows and nothing is tied; else normal with tie and continuity correction.
 */
export const mannWhitney = numericTest({
  name: 'mann-whitney',
  reference: 'Mann and Whitney 1947; scipy.stats.mannwhitneyu(method="auto")',
  kind: 'test',
  leastRows: 1,
  compare: (a, b) => {
    const [m, n] = [a.sorted.length, b.sorted.length];
    let belowB = 0;
    let statistic = 0;
    let tieTerm = 0;
    eachValue(a, b, (_, ofA, ofB) => {
      statistic += ofA * (belowB + ofB / 2);
      tieTerm += (ofA + ofB) ** 3 - (ofA + ofB);
      belowB += ofB;
    });
    const pValue =
      tieTerm === 0 && Math.min(m, n) <= fewRows
        ? mannWhitneyExact(statistic, m, n)
        : normalLimit(Math.max(statistic, m * n - statistic), m, n, tieTerm);
    return { statistic, pValue };
  },
});

function normalLimit(larger: number, m: number, n: number, tieTerm: number): number {
  const both = m + n;
  const variance = ((m * n) / 12) * (both + 1 - tieTerm / (both * (both - 1)));
  return Math.min(2 * normalSurvival((larger - (m * n) / 2 - 0.5) / Math.sqrt(variance)), 1);
}
