import { binomialProbability } from './saddle-point.ts';

const mostSummed = 1_000_000;

/**
 * P(Dn⁺ ≥ x) of the one-sided one-sample Kolmogorov–Smirnov statistic, 0 ≤ x ≤ 1: the Birnbaum–Tingey sum, whose
 * terms are x/p times binomial probabilities with p = x + j/n; Maag and Dicaire's limit above a million rows.
 * Equal to scipy.special.smirnov.
 */
export function smirnov(n: number, x: number): number {
  if (x <= 0) return 1;
  if (x >= 1) return 0;
  if (n > mostSummed) return Math.exp(-((6 * n * x + 1) ** 2) / (18 * n));
  let sum = 0;
  for (let j = Math.floor(n * (1 - x)); j >= 0; j--) {
    const p = x + j / n;
    const q = (n - j) / n - x;
    if (q > 0) sum += (x / p) * binomialProbability(j, n, p, q);
  }
  return Math.min(sum, 1);
}
