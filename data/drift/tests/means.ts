import type { NumericSample, TestResult } from '../../../contracts/detector.ts';

/**
 * Difference of means (reference − current) over its standard error, and its p-value. Two constants have no standard
 * error: equal ones give 0 and p-value 1, unequal ones ±Infinity and 0.
 */
export function differenceOfMeans(
  reference: NumericSample,
  current: NumericSample,
  pValueOf: (statistic: number) => number,
): TestResult {
  const difference = reference.mean - current.mean;
  const variance = reference.variance / reference.sorted.length + current.variance / current.sorted.length;
  if (variance === 0)
    return difference === 0
      ? { statistic: 0, pValue: 1 }
      : { statistic: difference * Number.POSITIVE_INFINITY, pValue: 0 };
  const statistic = difference / Math.sqrt(variance);
  return { statistic, pValue: pValueOf(statistic) };
}
