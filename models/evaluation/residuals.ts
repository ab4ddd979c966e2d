import type { EvaluationReport } from '../../contracts/evaluation.ts';
import { momentsOf } from '../moments.ts';
import { quantile } from '../quantile.ts';

const shares = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];

/**
 * Residuals are actual minus predicted, in the unit of the target; their deviation is over n, not n − 1.
 * @param interval low and high bound per row, row-major.
 */
export function reportRegression(
  actual: Float64Array,
  predicted: Float64Array,
  interval?: Float64Array,
): EvaluationReport {
  const rows = actual.length;
  const residuals = actual.map((value, row) => value - predicted[row]);
  const { mean, squares } = momentsOf(residuals);
  const sorted = residuals.sort();
  return {
    kind: 'regression',
    rows,
    residuals: {
      mean,
      deviation: Math.sqrt(squares / rows),
      quantiles: shares.map((share) => ({ share, value: quantile(sorted, share) })),
    },
    ...(interval && { interval: reportInterval(actual, predicted, interval) }),
  };
}

function reportInterval(actual: Float64Array, predicted: Float64Array, interval: Float64Array) {
  const rows = actual.length;
  let [below, above, width] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    below += Number(actual[row] < interval[2 * row]);
    above += Number(actual[row] > interval[2 * row + 1]);
    width += interval[2 * row + 1] - interval[2 * row];
  }
  const isInside = (row: number): boolean =>
    interval[2 * row] <= actual[row] && actual[row] <= interval[2 * row + 1];
  const order = Array.from(predicted.keys()).sort((a, b) => predicted[a] - predicted[b]);
  const tenths = Math.min(10, rows);
  const coverageByTenth = Array.from({ length: tenths }, (_, i) => {
    const part = order.slice(Math.floor((i * rows) / tenths), Math.floor(((i + 1) * rows) / tenths));
    return part.filter(isInside).length / part.length;
  });
  return {
    coverage: (rows - below - above) / rows,
    below: below / rows,
    above: above / rows,
    meanWidth: width / rows,
    coverageByTenth,
  };
}

/** @param values one quantile per level and row, row-major. */
export function reportQuantiles(
  levels: number[],
  actual: Float64Array,
  values: Float64Array,
): EvaluationReport {
  const rows = actual.length;
  return {
    kind: 'quantile',
    rows,
    levels: levels.map((level, k) => {
      let [atOrBelow, pinball] = [0, 0];
      for (let row = 0; row < rows; row++) {
        const error = actual[row] - values[row * levels.length + k];
        atOrBelow += Number(error <= 0);
        pinball += Math.max(level * error, (level - 1) * error);
      }
      return { level, shareAtOrBelow: atOrBelow / rows, pinball: pinball / rows };
    }),
  };
}
