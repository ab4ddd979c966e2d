/** Rows of numbers, row-major. */
interface Rows {
  rows: number;
  width: number;
  features: Float64Array;
}

/** Each row's sum weighted by the slopes; four rows at a time, which is several times as fast as one by one. */
export function rowSums({ rows, width, features }: Rows, slopes: Float64Array, sums: Float64Array): void {
  let row = 0;
  for (; row + 3 < rows; row += 4) {
    const at = row * width;
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
    for (let j = 0; j < width; j++) {
      const slope = slopes[j];
      sum0 += slope * features[at + j];
      sum1 += slope * features[at + width + j];
      sum2 += slope * features[at + 2 * width + j];
      sum3 += slope * features[at + 3 * width + j];
    }
    sums[row] = sum0;
    sums[row + 1] = sum1;
    sums[row + 2] = sum2;
    sums[row + 3] = sum3;
  }
  for (; row < rows; row++) {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += slopes[j] * features[row * width + j];
    sums[row] = sum;
  }
}

/** Adds the rows, each times its factor; four rows at a time. */
export function addRows({ rows, width, features }: Rows, factors: Float64Array, to: Float64Array): void {
  let row = 0;
  for (; row + 3 < rows; row += 4) {
    const at = row * width;
    const [factor0, factor1, factor2, factor3] = [
      factors[row],
      factors[row + 1],
      factors[row + 2],
      factors[row + 3],
    ];
    for (let j = 0; j < width; j++)
      to[j] +=
        factor0 * features[at + j] +
        factor1 * features[at + width + j] +
        factor2 * features[at + 2 * width + j] +
        factor3 * features[at + 3 * width + j];
  }
  for (; row < rows; row++) for (let j = 0; j < width; j++) to[j] += factors[row] * features[row * width + j];
}

/** Sum of products over the length of `a`; a `b` that is shorter gives NaN. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** to += factor·from */
export function addTimes(to: Float64Array, factor: number, from: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] += factor * from[i];
}
