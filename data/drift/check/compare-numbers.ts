import type { NumericSample } from '../../../contracts/detector.ts';
import { eachValue } from '../tests/walk.ts';

/** What one pass over two sorted samples gives. */
export interface NumberComparison {
  /** Two-sample Anderson–Darling statistic with midranks. */
  andersonDarling: number;
  /** First Wasserstein distance, in the column's unit. */
  wasserstein: number;
  /** The same without what the noise of the distribution functions adds to it. */
  corrected: number;
}

/**
 * Anderson–Darling statistic (F. W. Scholz and M. A. Stephens, "K-sample Anderson–Darling tests" (1987), A²akN) and
 * Wasserstein distance. The correction takes the squared gap of the distribution functions less its variance
 * H(1 − H)/`jointRows`, with H that of both samples.
 * @param jointRows effective rows, see `measure.ts`.
 */
export function compareNumbers(
  reference: NumericSample,
  current: NumericSample,
  jointRows: number,
): NumberComparison {
  const [m, n] = [reference.sorted.length, current.sorted.length];
  const all = m + n;
  let [belowM, belowN] = [0, 0];
  let [statistic, wasserstein, corrected] = [0, 0, 0];
  let before = 0;
  eachValue(reference, current, (value, ofM, ofN) => {
    if (belowM + belowN > 0) {
      const width = value - before;
      const share = (belowM + belowN) / all;
      const gap = belowM / m - belowN / n;
      wasserstein += Math.abs(gap) * width;
      const signal = gap * gap - (share * (1 - share)) / jointRows;
      if (signal > 0) corrected += Math.sqrt(signal) * width;
    }
    const ties = ofM + ofN;
    const middle = belowM + belowN + ties / 2;
    const difference = all * (belowM + ofM / 2) - m * middle;
    const scale = middle * (all - middle) - (all * ties) / 4;
    if (scale > 0) statistic += (ties / all) * ((difference * difference) / scale);
    before = value;
    belowM += ofM;
    belowN += ofN;
  });
  return { andersonDarling: ((all - 1) * statistic) / (m * n), wasserstein, corrected };
}
