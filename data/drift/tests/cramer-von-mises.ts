import type { NumericSample } from '../../../contracts/detector.ts';
import { cramerVonMisesExact, cramerVonMisesSurvival } from '../distributions/cramer-von-mises.ts';
import { numericTest } from './define.ts';
import { eachValue } from './walk.ts';

const mostRowsExact = 20;

/** Two-sample Cramér–von Mises test: exact up to 20 rows a side, from its limit beyond; ties have mid-ranks. */
export const cramerVonMises = numericTest({
  name: 'cramer-von-mises',
  reference: 'Anderson 1962; scipy.stats.cramervonmises_2samp(method="auto")',
  kind: 'test',
  leastRows: 2,
  compare: (a, b) => {
    const [m, n] = [a.sorted.length, b.sorted.length];
    const [product, both] = [m * n, m + n];
    const u = rankSum(a, b);
    const statistic = u / (product * both) - (4 * product - 1) / (6 * both);
    const pValue =
      Math.max(m, n) <= mostRowsExact
        ? cramerVonMisesExact(u, m, n)
        : cramerVonMisesSurvival(standardised(statistic, m, n));
    return { statistic, pValue };
  },
});

/** Anderson's U: squared differences of each value's rank among both samples and within its own. */
function rankSum(a: NumericSample, b: NumericSample): number {
  let [belowA, belowB] = [0, 0];
  let [sumA, sumB] = [0, 0];
  eachValue(a, b, (_, ofA, ofB) => {
    const rank = belowA + belowB + (ofA + ofB + 1) / 2;
    sumA += squaresAround(rank - belowA, ofA);
    sumB += squaresAround(rank - belowB, ofB);
    belowA += ofA;
    belowB += ofB;
  });
  return a.sorted.length * sumA + b.sorted.length * sumB;
}

/** Σ (centre − i)² over i = 1 … count. */
const squaresAround = (centre: number, count: number): number =>
  count * (centre - (count + 1) / 2) ** 2 + (count * (count ** 2 - 1)) / 12;

/** The statistic with the mean and variance of its limit. */
function standardised(statistic: number, m: number, n: number): number {
  const [product, both] = [m * n, m + n];
  const mean = (1 + 1 / both) / 6;
  const variance =
    ((both + 1) * (4 * product * both - 3 * (m ** 2 + n ** 2) - 2 * product)) /
    (45 * both ** 2 * 4 * product);
  return 1 / 6 + (statistic - mean) / Math.sqrt(45 * variance);
}
