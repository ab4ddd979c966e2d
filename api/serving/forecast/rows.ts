import { foldCategory } from '../../../contracts/cells.ts';
import { type ErrorDetails, RelevoError } from '../../../contracts/errors.ts';
import type { ForecastSpec } from '../../../contracts/forecast.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import { type HistorySeries, historyColumns, lastOrigin } from '../../../inference/history.ts';
import { shownJson } from '../../http/shown-json.ts';
import { readMoment, showMoment } from './moment.ts';

/** What one row asks for: which interval, from which last reading. */
export interface ForecastMoment {
  /** Timestamp of the interval, in the plant's clock: `2019-01-01T10:00`. */
  at: string;
  /** Timestamp of the last reading that the forecast knows. */
  from: string;
  intervalsAhead: number;
}
export interface ForecastRequest {
  /** The rows without their time: the model's inputs, for the row reader to check. */
  rows: unknown[];
  /** The columns that the model reads beside its inputs, by name, one number per row. */
  history: Record<string, Float64Array>;
  moments: ForecastMoment[];
}
type ForecastPipeline = Pick<PipelineSpec, 'columns'> & { forecast: ForecastSpec };

/**
 * Makes of rows like `{"date": "2019-01-01T10:00", "Load_Type": "Medium_Load"}` what the model reads: their time is
 * taken from them, and what was known at the last reading is looked up for it.
 * @param place names a row in an error, such as `rows[3]`.
 * @throws RelevoError ROW_INVALID where a row's time cannot be read, is not after the last reading, or lies further
 * ahead than the pipeline answers; DATASET_NOT_FOUND where nothing was read yet.
 */
export function forecastRequest(
  spec: ForecastPipeline,
  series: HistorySeries,
  given: readonly unknown[],
  place: (index: number) => string,
): ForecastRequest {
  const { forecast } = spec;
  const origin = lastOrigin(series);
  if (origin === undefined)
    throw new RelevoError('DATASET_NOT_FOUND', 'Nothing was read yet that a forecast could start from', {
      remedy: 'Ingest the pipeline, then ask again.',
    });
  const targets = new Float64Array(given.length);
  const rows: unknown[] = [];
  for (const [index, row] of given.entries()) {
    const [time, rest] = divideRow(row, forecast.time);
    targets[index] = targetOf(spec, time, origin, place(index));
    rows.push(rest);
  }
  const history = historyColumns(forecast, series, {
    originEpochSeconds: targets.map(() => origin),
    targetEpochSeconds: targets,
    inputs: codesOf(spec, rows),
  });
  const moments = Array.from(targets, (target) => ({
    at: showMoment(target),
    from: showMoment(origin),
    intervalsAhead: Math.round((target - origin) / forecast.everySeconds),
  }));
  return { rows, history, moments };
}

function divideRow(row: unknown, time: string): [unknown, unknown] {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return [undefined, row];
  const { [time]: moment, ...rest } = row as Record<string, unknown>;
  return [moment, rest];
}

/** Timestamp of the interval that a moment lies in. */
function targetOf(spec: ForecastPipeline, time: unknown, origin: number, where: string): number {
  const { everySeconds, horizons } = spec.forecast;
  const moment = typeof time === 'string' ? readMoment(time, insideLast(spec, origin)) : undefined;
  const furthest = horizons[horizons.length - 1];
  const last = showMoment(origin + furthest * everySeconds);
  const expected = `a time after ${showMoment(origin)}, the last reading, and up to ${last}, such as "${showMoment(origin + everySeconds)}" or "tomorrow at 10:00"`;
  const ahead = moment && intervalsUpTo(spec, moment.epochSeconds - origin);
  if (ahead !== undefined && ahead >= 1 && ahead <= furthest) return origin + ahead * everySeconds;
  const { time: field } = spec.forecast;
  const details: ErrorDetails = { field, value: shownJson(time), expected, where };
  const value = time === undefined || time === null ? 'missing' : JSON.stringify(shownJson(time));
  throw new RelevoError('ROW_INVALID', `${where}: "${field}" is ${value}; expected ${expected}.`, details);
}

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

/** What the rows say of the inputs that a history compares; a value that is none of a category's is no code. */
function codesOf({ columns, forecast }: ForecastPipeline, rows: unknown[]): Record<string, Float64Array> {
  const names = Object.values(forecast.history).flatMap((column) =>
    'like' in column && column.like !== undefined ? [column.like] : [],
  );
  const cells = (name: string): Float64Array => {
    const column = columns[name];
    const codes = new Map(
      column.kind === 'category' ? column.values.map((value, code) => [foldCategory(value), code]) : [],
    );
    return Float64Array.from(rows, (row) => {
      const value = typeof row === 'object' && row !== null ? Reflect.get(row, name) : undefined;
      if (typeof value === 'number') return value;
      return (typeof value === 'string' ? codes.get(foldCategory(value)) : undefined) ?? Number.NaN;
    });
  };
  return Object.fromEntries(names.map((name) => [name, cells(name)]));
}
