import { createRandom } from '../../generators/random.ts';
import { normalSurvival } from '../distributions/normal.ts';
import { type Matrix, rowOf, shuffledRows } from './matrix.ts';

export interface KernelTest {
  /** Unbiased estimate of the squared distance: around 0 where both sides are alike. */
  statistic: number;
  pValue: number;
  /** σ² of the kernel exp(−d²/2σ²): the median squared distance of two rows. */
  bandwidth: number;
}

/** Rows that the median of distances is taken of, where there are more. */
const bandwidthRows = 200;

/**
 * Maximum mean discrepancy with a Gaussian kernel and a permutation test; O((m + n)²) of time and memory.
 * @param permutations the p-value is (1 + as large ones) / (1 + permutations), never 0.
 * @see Gretton et al. 2012, A Kernel Two-Sample Test
 */
export function mmd(reference: Matrix, current: Matrix, seed: number, permutations = 199): KernelTest {
  const [m, n] = [reference.rows, current.rows];
  const squares = squaredDistances(reference, current);
  const bandwidth = median(squares, m + n);
  const kernel = squares.map((square) => Math.exp(-square / (2 * bandwidth)));
  const sums = rowSums(kernel, m + n);
  const order = Int32Array.from({ length: m + n }, (_, row) => row);
  const statistic = unbiased(kernel, sums, order, m);
  const random = createRandom(seed);
  let asLarge = 1;
  for (let turn = 0; turn < permutations; turn++)
    if (unbiased(kernel, sums, shuffledRows(m + n, random), m) >= statistic) asLarge += 1;
  return { statistic, pValue: asLarge / (permutations + 1), bandwidth };
}

/**
 * The same distance from pairs of neighbouring rows: O(m + n), with a normal limit. Rows have to be in random order.
 * @see Gretton et al. 2012, section 6
 */
export function linearMmd(reference: Matrix, current: Matrix): KernelTest {
  const head = ({ rows, width, values }: Matrix): Matrix => {
    const kept = Math.min(rows, bandwidthRows);
    return { rows: kept, width, values: values.subarray(0, kept * width) };
  };
  const [one, other] = [head(reference), head(current)];
  const bandwidth = median(squaredDistances(one, other), one.rows + other.rows);
  const kernel = (a: Float64Array, b: Float64Array) => Math.exp(-squaredDistance(a, b) / (2 * bandwidth));
  const pairs = Math.min(reference.rows, current.rows) >> 1;
  let mean = 0;
  let squares = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const [x, x2] = [rowOf(reference, 2 * pair), rowOf(reference, 2 * pair + 1)];
    const [y, y2] = [rowOf(current, 2 * pair), rowOf(current, 2 * pair + 1)];
    const value = kernel(x, x2) + kernel(y, y2) - kernel(x, y2) - kernel(x2, y);
    const before = value - mean;
    mean += before / (pair + 1);
    squares += before * (value - mean);
  }
  const deviation = Math.sqrt(squares / (pairs - 1) / pairs);
  return { statistic: mean, pValue: deviation > 0 ? normalSurvival(mean / deviation) : 1, bandwidth };
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let column = 0; column < a.length; column++) sum += (a[column] - b[column]) ** 2;
  return sum;
}

/** Of all rows, the reference's first, as a full square. */
function squaredDistances(reference: Matrix, current: Matrix): Float64Array {
  const count = reference.rows + current.rows;
  const row = (at: number) =>
    at < reference.rows ? rowOf(reference, at) : rowOf(current, at - reference.rows);
  const squares = new Float64Array(count * count);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < i; j++) {
      const square = squaredDistance(row(i), row(j));
      squares[i * count + j] = square;
      squares[j * count + i] = square;
    }
  return squares;
}

/** Of the distances between two different rows; 1 where it is 0. */
function median(squares: Float64Array, count: number): number {
  const below: number[] = [];
  for (let i = 0; i < count; i++) for (let j = 0; j < i; j++) below.push(squares[i * count + j]);
  const sorted = Float64Array.from(below).sort();
  const middle = sorted.length >> 1;
  const value = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return value > 0 ? value : 1;
}

/** Sum of each row without its diagonal, which is 1. */
function rowSums(kernel: Float64Array, count: number): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let sum = -1;
    for (let j = 0; j < count; j++) sum += kernel[i * count + j];
    sums[i] = sum;
  }
  return sums;
}

/** The statistic where the first `m` of the rows in this order are the reference. */
function unbiased(kernel: Float64Array, sums: Float64Array, order: Int32Array, m: number): number {
  const count = order.length;
  const n = count - m;
  let inside = 0;
  for (let i = 0; i < m; i++) {
    const row = order[i] * count;
    for (let j = 0; j < i; j++) inside += kernel[row + order[j]];
  }
  inside *= 2;
  let ofFirst = 0;
  let all = 0;
  for (let i = 0; i < count; i++) {
    all += sums[order[i]];
    if (i < m) ofFirst += sums[order[i]];
  }
  const across = ofFirst - inside;
  const others = all - inside - 2 * across;
  return inside / (m * (m - 1)) + others / (n * (n - 1)) - (2 * across) / (m * n);
}
