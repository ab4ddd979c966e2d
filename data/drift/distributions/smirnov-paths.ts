/**
 * Exact P(D ≥ h/lcm(m, n)) of the two-sided two-sample Kolmogorov–Smirnov statistic without ties.
 * Sources: J. L. Hodges, "The significance probability of the Smirnov two-sample test" (1958), with
 * T. Viehmann's recursion on 1 − P (2021), which keeps small values exact; equal to scipy.stats.ks_2samp(exact).
 * O(m·n·D) for unequal sizes.
 */
export function smirnovExact(m: number, n: number, h: number): number {
  if (h === 0) return 1;
  return Math.min(m === n ? outsideSquare(n, h) : outsideBand(Math.max(m, n), Math.min(m, n), h), 1);
}

/** 2·Σ (−1)^(k+1)·C(2n, n − kh)/C(2n, n), innermost first. */
function outsideSquare(n: number, h: number): number {
  let sum = 0;
  for (let k = Math.floor(n / h); k >= 0; k--) {
    let ratio = 1;
    for (let j = 0; j < h; j++) ratio *= (n - k * h - j) / (n + k * h + j + 1);
    sum = ratio * (1 - sum);
  }
  return 2 * sum;
}

/** Share of lattice paths from (0, 0) to (m, n) that touch |x/m − y/n| = h/lcm, column by column. */
function outsideBand(m: number, n: number, h: number): number {
  const divisor = greatestCommonDivisor(m, n);
  const [stepX, stepY] = [n / divisor, m / divisor];
  const column = new Float64Array(n + 1).fill(1);
  const inverse = Float64Array.from({ length: m + n + 1 }, (_, i) => 1 / i);
  const end = (i: number): number => Math.min(Math.ceil((stepX * i + h) / stepY), n + 1);
  column.fill(0, 0, end(0));
  for (let i = 1; i <= m; i++) {
    const from = Math.max(Math.floor((stepX * i - h) / stepY) + 1, 0);
    const to = end(i);
    if (from >= to) return 1;
    let below = from === 0 ? 0 : 1;
    for (let j = from; j < to; j++) {
      below = below * (j * inverse[i + j]) + column[j] * (i * inverse[i + j]);
      column[j] = below;
    }
  }
  return column[n];
}

/** Euclid's, of whole numbers not below 0. */
export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
