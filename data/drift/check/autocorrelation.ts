import { borrow } from './scratch.ts';

/** Means of blocks of so many rows: what their spread says about how alike neighbouring rows are. */
export interface BlockLevel {
  /** Rows of a block. */
  rows: number;
  /** Variance of the block means over that of as many independent rows. */
  inflation: number;
  /** Whether neighbouring blocks are still alike. */
  isCorrelated: boolean;
}

const fewestBlocks = 16;

/**
 * Variance of the means of blocks of 1, 2, 4, … rows, up to the first size at which neighbouring blocks are no longer
 * alike. O(rows). Source: H. Flyvbjerg and H. G. Petersen, "Error estimates on averages of correlated data" (1989).
 * @param values in row order, without missing values.
 */
export function blockLevels(values: Float64Array): BlockLevel[] {
  const levels: BlockLevel[] = [];
  let means = values;
  let single = 0;
  for (let rows = 1; means.length >= fewestBlocks; rows *= 2) {
    const { variance, correlation } = spread(means);
    if (rows === 1) single = variance;
    if (single === 0) break;
    const isCorrelated = correlation > 2 / Math.sqrt(means.length);
    const inflation = (rows * variance * allowance(rows, means.length, correlation)) / single;
    levels.push({ rows, inflation, isCorrelated });
    if (!isCorrelated) break;
    means = pairMeans(means);
  }
  return levels;
}

/**
 * What the variance of few blocks may be short of the truth by: what neighbouring blocks still have in common, and two
 * standard errors. None for single rows.
 */
const allowance = (rows: number, blocks: number, correlation: number): number =>
  rows === 1 ? 1 : (1 + 2 * Math.max(0, correlation)) * (1 + 2 * Math.sqrt(2 / blocks));

/**
 * How many rows in a row say as much as one independent row, for a stretch of `rows` rows; at least 1. A process slower
 * than the stretch counts with what it moves between stretches of that length.
 */
export function autocorrelationTime(levels: readonly BlockLevel[], rows = Number.POSITIVE_INFINITY): number {
  let time = 1;
  for (const level of levels) {
    time = Math.max(time, level.inflation);
    if (!level.isCorrelated || level.rows >= rows) break;
  }
  return time;
}

/**
 * The same from few rows, by a process of first order: a step within the rows hardly moves it, so that it does not
 * hide the very drift that is looked for.
 */
export function firstOrderTime(values: Float64Array): number {
  if (values.length < fewestBlocks) return 1;
  const { correlation } = spread(values);
  return correlation > 2 / Math.sqrt(values.length) ? (1 + correlation) / Math.max(1 - correlation, 1e-6) : 1;
}

/** Variance, and correlation of each value with the next. */
function spread(values: Float64Array): { variance: number; correlation: number } {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i];
  mean /= values.length;
  let squares = 0;
  let products = 0;
  let before = 0;
  for (let i = 0; i < values.length; i++) {
    const deviation = values[i] - mean;
    squares += deviation * deviation;
    products += deviation * before;
    before = deviation;
  }
  return { variance: squares / (values.length - 1), correlation: squares === 0 ? 0 : products / squares };
}

function pairMeans(values: Float64Array): Float64Array {
  const means = borrow(values.length >> 1);
  for (let i = 0; i < means.length; i++) means[i] = (values[2 * i] + values[2 * i + 1]) / 2;
  return means;
}
