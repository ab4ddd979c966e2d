import type { Factor } from './factor.ts';
import type { Sign } from './protocol.ts';
import { interceptOf } from './solve.ts';
import { addTimes, dot } from './vectors.ts';

/** Shares of the centred target's sum of squares: a change, and a duality gap, small enough to end the descent. */
const enoughChange = 1e-24;
const enoughGap = 1e-10;
/** A change within rounding: no later sweep does better. */
const noChange = 1e-30;
const maxSweeps = 100_000;

export interface Descent {
  slopes: number[];
  intercept: number;
  sweeps: number;
  /** How far the objective can be from its minimum, at most, as a share of the centred target's sum of squares. */
  dualityGap: number;
}

/**
 * Coordinate descent for Σ w·error² / 2Σw + α·(l1Ratio·Σ |slope| + (1 − l1Ratio)/2·Σ slope²) on the rows' triangle, which
 * has the rows' own cross-products; slopes keep to their signs.
 * References: Friedman, Hastie and Tibshirani, J. Stat. Software 33, 2010; scikit-learn 1.9 `enet_coordinate_descent`
 * (duality gap).
 */
export function elasticNet(factor: Factor, alpha: number, l1Ratio: number, signs: Sign[]): Descent {
  const { triangle, weightSum } = factor;
  const width = triangle.columns - 1;
  const columns = Array.from({ length: width }, (_, j) => Float64Array.from(triangle.getColumn(j)));
  const target = Float64Array.from(triangle.getColumn(width));
  const residual = target.slice();
  const problem: Problem = {
    columns,
    squares: columns.map((column) => dot(column, column)),
    target,
    l1: alpha * l1Ratio * weightSum,
    l2: alpha * (1 - l1Ratio) * weightSum,
    signs,
  };
  const slopes = new Array<number>(width).fill(0);
  const total = dot(target, target);
  const gapOf = (): number => (total === 0 ? 0 : dualityGap(problem, slopes, residual) / total);
  let sweeps = 0;
  let largest = total === 0 ? 0 : Infinity;
  while (sweeps < maxSweeps && largest > noChange && !(largest <= enoughChange && gapOf() <= enoughGap)) {
    largest = sweep(problem, slopes, residual) / total;
    sweeps++;
  }
  const all = slopes.map((_, j) => j);
  return { slopes, intercept: interceptOf(factor, all, slopes), sweeps, dualityGap: gapOf() };
}

interface Problem {
  columns: Float64Array[];
  /** Sum of squares of each column. */
  squares: number[];
  target: Float64Array;
  /** Penalties in units of half the summed squared error. */
  l1: number;
  l2: number;
  signs: Sign[];
}

/** Gives each slope in turn the value that is best beside the others; the largest change, squared, as of the errors. */
function sweep(
  { columns, squares, l1, l2, signs }: Problem,
  slopes: number[],
  residual: Float64Array,
): number {
  let largest = 0;
  for (let j = 0; j < columns.length; j++) {
    if (squares[j] === 0) continue;
    const along = dot(columns[j], residual) + squares[j] * slopes[j];
    const slope = bounded(along, l1, signs[j]) / (squares[j] + l2);
    const change = slope - slopes[j];
    if (change === 0) continue;
    slopes[j] = slope;
    addTimes(residual, -change, columns[j]);
    largest = Math.max(largest, change * change * squares[j]);
  }
  return largest;
}

/** Soft threshold, on the side of 0 that the sign allows. */
function bounded(value: number, threshold: number, sign: Sign): number {
  if (value > threshold && sign >= 0) return value - threshold;
  if (value < -threshold && sign <= 0) return value + threshold;
  return 0;
}

function dualityGap({ columns, target, l1, l2, signs }: Problem, slopes: number[], residual: Float64Array) {
  let norm = 0;
  let absolute = 0;
  let squared = 0;
  columns.forEach((column, j) => {
    const along = dot(column, residual) - l2 * slopes[j];
    norm = Math.max(norm, signs[j] === 0 ? Math.abs(along) : signs[j] * along);
    absolute += Math.abs(slopes[j]);
    squared += slopes[j] ** 2;
  });
  const share = norm > l1 ? l1 / norm : 1;
  return (
    0.5 * (1 + share ** 2) * (dot(residual, residual) + l2 * squared) +
    l1 * absolute -
    share * dot(residual, target)
  );
}
