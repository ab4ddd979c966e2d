import type { Comparison } from './comparison.ts';

type PointMetrics = Record<'rmse' | 'mae' | 'r2' | 'cv', number>;

/** Sums from which every regression metric follows. */
interface RegressionSums {
  rows: number;
  /** Σ(actual − origin) and Σ(actual − origin)²; an origin near the mean keeps digits. */
  actual: number;
  actualSquared: number;
  origin: number;
  absoluteError: number;
  squaredError: number;
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * rmse and mae in the target's unit, r2 without unit, cv = 100·rmse/|mean(actual)| in percent.
 * Like scikit-learn, r2 of a constant actual is 1 where the prediction is exact and 0 otherwise; a cv that
 * would be infinite (mean 0) is `Number.MAX_VALUE`, which JSON can carry.
 */
function metricsFromSums(sums: RegressionSums): PointMetrics {
  const { rows, actual, actualSquared, origin, absoluteError, squaredError } = sums;
  const rmse = Math.sqrt(squaredError / rows);
  const variation = actualSquared - (actual * actual) / rows;
  const isConstant = variation <= rows * Number.EPSILON * actualSquared;
  const center = Math.abs(origin + actual / rows);
  return {
    rmse,
    mae: absoluteError / rows,
    r2: isConstant ? Number(squaredError === 0) : 1 - squaredError / variation,
    cv: ratioPercent(rmse, center),
  };
}

function ratioPercent(part: number, whole: number): number {
  if (part === 0) return 0;
  return Math.min((100 * part) / whole, Number.MAX_VALUE);
}

/** @throws RangeError where the lengths differ or there are no rows. */
export function regressionMetrics(actual: Float64Array, predicted: Float64Array): PointMetrics {
  if (actual.length === 0 || actual.length !== predicted.length)
    throw new RangeError(
      `${actual.length} actual and ${predicted.length} predicted values cannot be compared`,
    );
  return metricsFromSums(sumRows(termsOf(actual, predicted), once(actual.length)));
}

const once = (rows: number): Int32Array => new Int32Array(rows).fill(1);

/** Numbers beside numbers and, where the model gives them, intervals (rows × 2). */
export function compareNumbers(
  actual: Float64Array,
  predicted: Float64Array,
  interval?: Float64Array,
): Comparison {
  const terms = termsOf(actual, predicted);
  const all = once(actual.length);
  const ofPoints: Comparison = {
    rows: actual.length,
    metrics: (counts = all) => metricsFromSums(sumRows(terms, counts)),
  };
  if (interval === undefined) return ofPoints;
  const ofIntervals = compareIntervals(actual, interval);
  return {
    rows: actual.length,
    metrics: (counts = all) => ({ ...ofPoints.metrics(counts), ...ofIntervals.metrics(counts) }),
  };
}

/** Whether a value lies within a row's interval, bounds included. */
export const covers = (interval: Float64Array, row: number, value: number): boolean =>
  interval[2 * row] <= value && value <= interval[2 * row + 1];

/** The share of rows within their bounds (rows × 2, both inclusive), and the mean width in the target's unit. */
export function compareIntervals(actual: Float64Array, interval: Float64Array): Comparison {
  const rows = actual.length;
  const all = once(rows);
  const inside = actual.map((value, row) => Number(covers(interval, row, value)));
  const widths = actual.map((_, row) => interval[2 * row + 1] - interval[2 * row]);
  return {
    rows,
    metrics(counts = all) {
      let covered = 0;
      let width = 0;
      for (let row = 0; row < rows; row++) {
        const count = counts[row];
        covered += count * inside[row];
        width += count * widths[row];
      }
      return { coverage: covered / rows, intervalWidth: width / rows };
    },
  };
}

/** What each row adds to the sums, side by side in memory. */
interface RegressionTerms {
  rows: number;
  origin: number;
  /** Per row: actual − origin, |error|. */
  terms: Float64Array;
}

function termsOf(actual: Float64Array, predicted: Float64Array): RegressionTerms {
  const origin = mean(actual);
  const terms = new Float64Array(actual.length * 2);
  for (let i = 0; i < actual.length; i++) {
    terms[2 * i] = actual[i] - origin;
    terms[2 * i + 1] = Math.abs(actual[i] - predicted[i]);
  }
  return { rows: actual.length, origin, terms };
}

/** Sums over the rows, each as often as its count says. */
function sumRows({ rows, origin, terms }: RegressionTerms, counts: Int32Array): RegressionSums {
  let actual = 0;
  let actualSquared = 0;
  let absoluteError = 0;
  let squaredError = 0;
  for (let row = 0; row < rows; row++) {
    const count = counts[row];
    const centered = terms[2 * row];
    const error = terms[2 * row + 1];
    actual += count * centered;
    actualSquared += count * centered * centered;
    absoluteError += count * error;
    squaredError += count * error * error;
  }
  return { rows, origin, actual, actualSquared, absoluteError, squaredError };
}
