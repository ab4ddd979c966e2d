import type { NumericSample } from '../../../contracts/detector.ts';

/**
 * Visits every distinct value of two samples from small to large, with how often each side has it. One pass over
 * both sorted arrays.
 */
export function eachValue(
  { sorted: a }: NumericSample,
  { sorted: b }: NumericSample,
  visit: (value: number, ofA: number, ofB: number) => void,
): void {
  const [m, n] = [a.length, b.length];
  let i = 0;
  let j = 0;
  while (i < m || j < n) {
    const value = j === n || (i < m && a[i] <= b[j]) ? a[i] : b[j];
    const [startI, startJ] = [i, j];
    while (i < m && a[i] === value) i++;
    while (j < n && b[j] === value) j++;
    visit(value, i - startI, j - startJ);
  }
}

/** ∫ power(F − G) over the joint range of the two empirical distribution functions F and G. */
export function integrateGap(a: NumericSample, b: NumericSample, power: (gap: number) => number): number {
  let sum = 0;
  let before = 0;
  let [belowA, belowB] = [0, 0];
  eachValue(a, b, (value, ofA, ofB) => {
    if (belowA + belowB > 0)
      sum += power(belowA / a.sorted.length - belowB / b.sorted.length) * (value - before);
    before = value;
    belowA += ofA;
    belowB += ofB;
  });
  return sum;
}
