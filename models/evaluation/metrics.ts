import type { MetricName } from '../../contracts/metrics.ts';

/** Sums from which every regression metric follows. */
export interface RegressionSums {
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
export function metricsFromSums(sums: RegressionSums): Record<MetricName, number> {
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
export function regressionMetrics(actual: Float64Array, predicted: Float64Array): Record<MetricName, number> {
  if (actual.length === 0 || actual.length !== predicted.length)
    throw new RangeError(
      `${actual.length} actual and ${predicted.length} predicted values cannot be compared`,
    );
  return metricsFromSums(sumRows(comparisonOf(actual, predicted)));
}

/** What each row adds to the sums, side by side in memory. */
export interface Comparison {
  rows: number;
  origin: number;
  /** Per row: actual − origin, |error|. */
  terms: Float64Array;
}

export function comparisonOf(actual: Float64Array, predicted: Float64Array): Comparison {
  const origin = mean(actual);
  const terms = new Float64Array(actual.length * 2);
  for (let i = 0; i < actual.length; i++) {
    terms[2 * i] = actual[i] - origin;
    terms[2 * i + 1] = Math.abs(actual[i] - predicted[i]);
  }
  return { rows: actual.length, origin, terms };
}

/** Sums over the rows at the given positions, which may repeat; over all rows where absent. */
export function sumRows({ rows, origin, terms }: Comparison, positions?: Int32Array): RegressionSums {
  let actual = 0;
  let actualSquared = 0;
  let absoluteError = 0;
  let squaredError = 0;
  for (let i = 0; i < rows; i++) {
    const row = positions === undefined ? i : positions[i];
    const centered = terms[2 * row];
    const error = terms[2 * row + 1];
    actual += centered;
    actualSquared += centered * centered;
    absoluteError += error;
    squaredError += error * error;
  }
  return { rows, origin, actual, actualSquared, absoluteError, squaredError };
}
