import type { NumericSample, TestResult } from '../../../contracts/detector.ts';
import { kolmogorovSurvival } from '../distributions/kolmogorov.ts';
import { greatestCommonDivisor, smirnovExact } from '../distributions/smirnov-paths.ts';
import { numericTest } from './define.ts';
import { eachValue } from './walk.ts';

const mostRowsExact = 10_000;

/**
 * Two-sample Kolmogorov–Smirnov test: the largest gap D between the two distribution functions. Exact up to 10,000
 * rows a side, beyond that from the one-sample distribution at round(mn/(m + n)) rows, as scipy's `auto` does.
 */
export const ks = numericTest({
  name: 'ks',
  reference: 'Kolmogorov 1933, Smirnov 1939; scipy.stats.ks_2samp(method="auto")',
  kind: 'test',
  leastRows: 1,
  compare: (a, b) =>
    Math.max(a.sorted.length, b.sorted.length) <= mostRowsExact ? ksExact(a, b) : ksAsymptotic(a, b),
});

/** KS test with its exact p-value at any size: O(mn·D) for unequal sizes. */
export function ksExact(reference: NumericSample, current: NumericSample): TestResult {
  const { steps, perOne } = largestGap(reference, current);
  return {
    statistic: steps / perOne,
    pValue: smirnovExact(reference.sorted.length, current.sorted.length, steps),
  };
}

/** KS test with its asymptotic p-value at any size: O(m + n). */
export function ksAsymptotic(reference: NumericSample, current: NumericSample): TestResult {
  const { steps, perOne } = largestGap(reference, current);
  const [m, n] = [reference.sorted.length, current.sorted.length];
  const statistic = steps / perOne;
  return { statistic, pValue: kolmogorovSurvival(roundHalfToEven((m * n) / (m + n)), statistic) };
}

/** D as a whole number of steps of 1/lcm(m, n), so that no rounding moves it across a lattice path. */
function largestGap(a: NumericSample, b: NumericSample): { steps: number; perOne: number } {
  const [m, n] = [a.sorted.length, b.sorted.length];
  const divisor = greatestCommonDivisor(m, n);
  const [ofA, ofB] = [n / divisor, m / divisor];
  let gap = 0;
  let steps = 0;
  eachValue(a, b, (_, moreA, moreB) => {
    gap += moreA * ofA - moreB * ofB;
    steps = Math.max(steps, Math.abs(gap));
  });
  return { steps, perOne: m * ofA };
}

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
