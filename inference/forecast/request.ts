import { foldCategory } from '../../contracts/cells.ts';
import { RelevoError } from '../../contracts/errors.ts';
import type { ForecastSpec } from '../../contracts/forecast.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { type HistorySeries, historyColumns, lastOrigin } from '../history.ts';
import { readMoment, showMoment } from './moment.ts';

/** What one row asks for: which interval, from which last reading. */
export interface ForecastMoment {
  /** Timestamp of the interval, in the plant's clock: `2019-01-01T10:00`. */
  at: string;
  /** Timestamp of the last reading that the forecast knows. */
  from: string;
  intervalsAhead: number;
}
export type ForecastPipeline = Pick<PipelineSpec, 'columns'> & { forecast: ForecastSpec };

/**
 * Timestamp of the last reading, in epoch seconds, which forecasts start from.
 * @throws RelevoError DATASET_NOT_FOUND where nothing was read yet
 */
export function demandOrigin(series: HistorySeries): number {
  const origin = lastOrigin(series);
  if (origin !== undefined) return origin;
  throw new RelevoError('DATASET_NOT_FOUND', 'Nothing was read yet that a forecast could start from', {
    remedy: 'Ingest the pipeline, then ask again.',
  });
}

/**
 * Timestamp of the interval that a row's time lies in, in epoch seconds; undefined where that is no time, is not after
 * the origin or lies further ahead than the pipeline answers.
 * @param origin timestamp of the last reading.
 */
export function forecastTarget(spec: ForecastPipeline, origin: number, time: unknown): number | undefined {
  const { everySeconds } = spec.forecast;
  const moment = typeof time === 'string' ? readMoment(time, insideLast(spec, origin)) : undefined;
  if (moment === undefined) return undefined;
  const ahead = intervalsUpTo(spec, moment.epochSeconds - origin);
  return ahead >= 1 && ahead <= furthest(spec) ? origin + ahead * everySeconds : undefined;
}

/** What `forecastTarget` takes, in words. */
export function expectedTime(spec: ForecastPipeline, origin: number): string {
  const { everySeconds } = spec.forecast;
  const last = showMoment(origin + furthest(spec) * everySeconds);
  return `a time after ${showMoment(origin)}, the last reading, and up to ${last}, such as "${showMoment(origin + everySeconds)}" or "tomorrow at 10:00"`;
}

/** An interval as people are told of it. @param origin of the last reading, as `target` in epoch seconds. */
export const forecastMoment = (
  { forecast }: ForecastPipeline,
  origin: number,
  target: number,
): ForecastMoment => ({
  at: showMoment(target),
  from: showMoment(origin),
  intervalsAhead: Math.round((target - origin) / forecast.everySeconds),
});

/**
 * The columns that a forecast's model reads beside its inputs, by name, one number per target.
 * @param cells of an input, one per target: a category's value that is none of its own is no code.
 */
export function forecastHistory(
  spec: ForecastPipeline,
  series: HistorySeries,
  origin: number,
  targets: Float64Array,
  cells: (input: string) => Iterable<unknown>,
): Record<string, Float64Array> {
  const likes = Object.values(spec.forecast.history).flatMap((column) =>
    'like' in column && column.like !== undefined ? [column.like] : [],
  );
  return historyColumns(spec.forecast, series, {
    originEpochSeconds: targets.map(() => origin),
    targetEpochSeconds: targets,
    inputs: Object.fromEntries(likes.map((name) => [name, codesOf(spec, name, cells(name))])),
  });
}

const furthest = ({ forecast: { horizons } }: ForecastPipeline): number => horizons[horizons.length - 1];

/** Whether a timestamp closes its interval, as one that ends a day does. */
function isClosing({ columns, forecast }: ForecastPipeline): boolean {
  const time = columns[forecast.time];
  return time.kind === 'timestamp' && time.midnight === 'ends-day';
}

/** Words are relative to the interval that was read last, which a timestamp that closes it is no longer in. */
const insideLast = (spec: ForecastPipeline, origin: number): number =>
  isClosing(spec) ? origin - 1 : origin;

function intervalsUpTo(spec: ForecastPipeline, seconds: number): number {
  const intervals = seconds / spec.forecast.everySeconds;
  return isClosing(spec) ? Math.ceil(intervals) : Math.floor(intervals);
}

/** An input as its history compares it: numbers as they are, a category as its code. */
function codesOf({ columns }: ForecastPipeline, name: string, cells: Iterable<unknown>): Float64Array {
  const column = columns[name];
  const codes = new Map(
    column.kind === 'category' ? column.values.map((value, code) => [foldCategory(value), code]) : [],
  );
  return Float64Array.from(cells, (cell) => {
    if (typeof cell === 'number') return cell;
    return (typeof cell === 'string' ? codes.get(foldCategory(cell)) : undefined) ?? Number.NaN;
  });
}
