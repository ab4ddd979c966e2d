import type { NumericSample } from '../../../contracts/detector.ts';

/** What one pass over two sorted samples gives. */
export interface NumberComparison {
  /** Two-sample Anderson–Darling statistic with midranks. */
  andersonDarling: number;
  /** First Wasserstein distance, in the column's unit. */
  wasserstein: number;
  /** Largest gap of the distribution functions (Kolmogorov–Smirnov), in steps of 1/(m·n), so that it is whole. */
  largestGap: number;
  /** The distance without what the noise of the distribution functions adds to it. */
  corrected: number;
}

/**
 * Anderson–Darling statistic (F. W. Scholz and M. A. Stephens, "K-sample Anderson–Darling tests" (1987), A²akN) and
 * Wasserstein distance. The correction takes the squared gap of the distribution functions less its variance
 * H(1 − H)/`jointRows`, with H that of both samples. One loop over local numbers: it is where a check's time goes.
 * @param jointRows effective rows, see `measure.ts`.
 */
export function compareNumbers(
  { sorted: a }: NumericSample,
  { sorted: b }: NumericSample,
  jointRows: number,
): NumberComparison {
  const [m, n] = [a.length, b.length];
  const all = m + n;
  let i = 0;
  let j = 0;
  let statistic = 0;
  let wasserstein = 0;
  let corrected = 0;
  let largestGap = 0;
  let before = 0;
  while (i < m || j < n) {
    const value = j === n || (i < m && a[i] <= b[j]) ? a[i] : b[j];
    if (i + j > 0) {
      const share = (i + j) / all;
      const gap = i / m - j / n;
      const signal = gap * gap - (share * (1 - share)) / jointRows;
      wasserstein += Math.abs(gap) * (value - before);
      if (signal > 0) corrected += Math.sqrt(signal) * (value - before);
    }
    const fromI = i;
    const fromJ = j;
    while (i < m && a[i] === value) i++;
    while (j < n && b[j] === value) j++;
    largestGap = Math.max(largestGap, Math.abs(i * n - j * m));
    const ties = i - fromI + (j - fromJ);
    const middle = fromI + fromJ + ties / 2;
    const difference = all * ((fromI + i) / 2) - m * middle;
    const scale = middle * (all - middle) - (all * ties) / 4;
    if (scale > 0) statistic += (ties / all) * ((difference * difference) / scale);
    before = value;
  }
  return { andersonDarling: ((all - 1) * statistic) / (m * n), wasserstein, corrected, largestGap };
}
