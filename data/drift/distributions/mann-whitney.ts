/**
 * Exact P(|U − mn/2| ≥ |u − mn/2|) without ties: coefficients of the Gaussian binomial, built factor by factor.
 * Source: H. B. Mann and D. R. Whitney (1947); equal to scipy.stats.mannwhitneyu(exact). O(min(m, n)·mn).
 */
export function mannWhitneyExact(u: number, m: number, n: number): number {
  const [few, many] = [Math.min(m, n), Math.max(m, n)];
  const last = Math.ceil(Math.min(u, m * n - u));
  const ways = new Float64Array(last + 1);
  ways[0] = 1;
  let all = 1;
  for (let i = 1; i <= few; i++) {
    for (let value = last; value >= many + i; value--) ways[value] -= ways[value - many - i];
    for (let value = i; value <= last; value++) ways[value] += ways[value - i];
    all *= (many + i) / i;
  }
  let tail = 0;
  for (const count of ways) tail += count;
  return Math.min((2 * tail) / all, 1);
}
