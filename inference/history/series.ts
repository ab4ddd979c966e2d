import { RelevoError } from '../../contracts/errors.ts';
import type { ForecastSpec } from '../../contracts/forecast.ts';
import type { Frame, Series } from '../../contracts/frame.ts';

/** Readings on a regular grid of intervals, one after the other. */
export interface HistorySeries {
  /** Timestamp of the first interval, in the plant's clock. */
  startEpochSeconds: number;
  everySeconds: number;
  /** By column, one number per interval; NaN where unknown, a category as its code. */
  values: Record<string, Float64Array>;
}

/** Columns that the history of a forecast is read from, each once. */
export const historySources = ({ history }: Pick<ForecastSpec, 'history'>): string[] => [
  ...new Set(
    Object.values(history).flatMap((column) => [
      ...('of' in column ? [column.of] : []),
      ...('like' in column && column.like !== undefined ? [column.like] : []),
    ]),
  ),
];

/** A grid this long is a wrong timestamp: nineteen years of minutes. */
const mostIntervals = 10_000_000;

/**
 * The rows of a frame on their grid; a time between two intervals counts at the nearer, of two rows of one interval
 * the later row. Rows without a time are left out.
 * @throws RelevoError TRAINING_FAILED where the times span more intervals than a series can hold, or there are none.
 */
export function seriesOf(forecast: ForecastSpec, frame: Frame): HistorySeries {
  const times = numbersOf(frame, forecast.time);
  const { everySeconds } = forecast;
  const { first, last } = span(times);
  const intervals = Math.round((last - first) / everySeconds) + 1;
  if (!(intervals >= 1 && intervals <= mostIntervals))
    throw new RelevoError('TRAINING_FAILED', `The times in "${forecast.time}" make no series`, {
      field: forecast.time,
      value: Number.isFinite(last - first) ? `${last - first} s from first to last` : 'no time at all',
      expected: `1 to ${mostIntervals} intervals of ${everySeconds} s`,
    });
  const values: Record<string, Float64Array> = {};
  for (const name of historySources(forecast)) {
    const cells = numbersOf(frame, name);
    const onGrid = new Float64Array(intervals).fill(Number.NaN);
    for (let row = 0; row < times.length; row++)
      if (Number.isFinite(times[row])) onGrid[Math.round((times[row] - first) / everySeconds)] = cells[row];
    values[name] = onGrid;
  }
  return { startEpochSeconds: first, everySeconds, values };
}

/** A column's numbers; the codes of a category. */
export function numbersOf(frame: Frame, name: string): Float64Array {
  const series: Series | undefined = frame.columns[name];
  if (series === undefined) throw new RangeError(`the frame has no column "${name}"`);
  if (series.kind === 'number') return series.values;
  return Float64Array.from(series.codes, (code) => (code < 0 ? Number.NaN : code));
}

function span(times: Float64Array): { first: number; last: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return { first, last };
}

/** How many intervals a series has; 0 where it has no column. */
export const intervalsOf = ({ values }: HistorySeries): number => Object.values(values)[0]?.length ?? 0;

/** Where a moment stands on the grid of a series; below 0 or beyond its end where it lies outside. */
export const intervalAt = (series: HistorySeries, epochSeconds: number): number =>
  Math.round((epochSeconds - series.startEpochSeconds) / series.everySeconds);

/** Whether anything was read in an interval. */
export const isKnown = ({ values }: HistorySeries, interval: number): boolean =>
  Object.values(values).some((column) => !Number.isNaN(column[interval] ?? Number.NaN));

/** Timestamp of the last interval that was read: what a forecast made now starts from; undefined where none was. */
export function lastOrigin(series: HistorySeries): number | undefined {
  for (let interval = intervalsOf(series) - 1; interval >= 0; interval--)
    if (isKnown(series, interval)) return series.startEpochSeconds + interval * series.everySeconds;
  return undefined;
}
