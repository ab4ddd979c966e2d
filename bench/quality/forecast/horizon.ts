import type { Predictions } from '../../../models/evaluation/predictions.ts';
import type { Grid } from './rolling.ts';

/** How good the forecasts of one horizon are, beside what costs nothing. */
export interface AtHorizon {
  intervals: number;
  hours: number;
  rows: number;
  rmse: number;
  mae: number;
  /** Share of test rows within the interval, and its mean width in the target's unit. */
  coverage: number | undefined;
  width: number | undefined;
  lastValue: number;
  lastWeek: number;
  weekdayMean: number;
}

export const hourSeconds = 3_600;
export const daySeconds = 24 * hourSeconds;

const meanOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const rootMeanSquare = (errors: number[]): number => Math.sqrt(meanOf(errors.map((error) => error ** 2)));

/** Mean of each weekday's interval over what lies before the test rows. */
export function weekdayMeans({ actual, targets }: Grid, week: number): Float64Array {
  const end = targets.reduce((least, target) => Math.min(least, target), actual.length);
  const [sums, counts] = [new Float64Array(week), new Float64Array(week)];
  for (let at = 0; at < end; at++) {
    if (Number.isNaN(actual[at])) continue;
    sums[at % week] += actual[at];
    counts[at % week]++;
  }
  return sums.map((sum, place) => sum / counts[place]);
}

/** @param usual mean of the target by interval of the week. */
export function atHorizon(
  grid: Grid,
  { values, interval }: Predictions,
  horizon: number,
  usual: Float64Array,
): AtHorizon {
  const { actual, targets, horizons, series } = grid;
  const week = usual.length;
  const rows = [...targets.keys()].filter((row) => horizons[row] === horizon);
  const errorsOf = (guess: (row: number, target: number) => number): number[] =>
    rows
      .map((row) => guess(row, targets[row]) - actual[targets[row]])
      .filter((error) => !Number.isNaN(error));
  const errors = errorsOf((row) => values[row]);
  const within = (row: number): boolean =>
    interval !== undefined &&
    actual[targets[row]] >= interval[2 * row] &&
    actual[targets[row]] <= interval[2 * row + 1];
  return {
    intervals: horizon,
    hours: (horizon * series.everySeconds) / hourSeconds,
    rows: rows.length,
    rmse: rootMeanSquare(errors),
    mae: meanOf(errors.map(Math.abs)),
    coverage: interval && rows.filter(within).length / rows.length,
    width: interval && meanOf(rows.map((row) => interval[2 * row + 1] - interval[2 * row])),
    lastValue: rootMeanSquare(errorsOf((_, target) => actual[target - horizon])),
    lastWeek: rootMeanSquare(errorsOf((_, target) => actual[target - Math.ceil(horizon / week) * week])),
    weekdayMean: rootMeanSquare(errorsOf((_, target) => usual[target % week])),
  };
}
