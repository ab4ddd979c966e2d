import type { CategorySample, TestResult } from '../../../contracts/detector.ts';
import { chiSquareSurvival } from '../distributions/chi-square.ts';

/** Counts of both sides by category; a category that one side never has counts 0 there. */
export function pairedCounts(reference: CategorySample, current: CategorySample): [number, number][] {
  const pairs: [number, number][] = [];
  for (const [label, count] of reference.counts) pairs.push([count, current.counts.get(label) ?? 0]);
  for (const [label, count] of current.counts) if (!reference.counts.has(label)) pairs.push([0, count]);
  return pairs.filter(([a, b]) => a + b > 0);
}

/** Shares of both sides by category. */
export const pairedShares = (reference: CategorySample, current: CategorySample): [number, number][] =>
  pairedCounts(reference, current).map(([a, b]) => [a / reference.total, b / current.total]);

/**
 * Test of a 2 × k table of counts: Σ cell(observed, expected) over both sides against chi-square with k − 1 degrees
 * of freedom. One category alone gives statistic 0 and p-value 1.
 */
export function contingencyTest(
  reference: CategorySample,
  current: CategorySample,
  cell: (observed: number, expected: number) => number,
): TestResult {
  const pairs = pairedCounts(reference, current);
  if (pairs.length < 2) return { statistic: 0, pValue: 1 };
  const both = reference.total + current.total;
  let statistic = 0;
  for (const [a, b] of pairs) {
    const share = (a + b) / both;
    statistic += cell(a, share * reference.total) + cell(b, share * current.total);
  }
  return { statistic, pValue: chiSquareSurvival(statistic, pairs.length - 1) };
}
