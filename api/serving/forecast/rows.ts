import { type ErrorDetails, RelevoError } from '../../../contracts/errors.ts';
import {
  demandOrigin,
  expectedTime,
  type ForecastMoment,
  type ForecastPipeline,
  forecastHistory,
  forecastMoment,
  forecastTarget,
} from '../../../inference/forecast/request.ts';
import type { HistorySeries } from '../../../inference/history.ts';
import { shownJson } from '../../http/shown-json.ts';

export interface ForecastRequest {
  /** The rows without their time: the model's inputs, for the row reader to check. */
  rows: unknown[];
  /** The columns that the model reads beside its inputs, by name, one number per row. */
  history: Record<string, Float64Array>;
  moments: ForecastMoment[];
}

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
  const origin = demandOrigin(series);
  const targets = new Float64Array(given.length);
  const rows: unknown[] = [];
  for (const [index, row] of given.entries()) {
    const [time, rest] = divideRow(row, spec.forecast.time);
    const target = forecastTarget(spec, origin, time);
    if (target === undefined) throw timeInvalid(spec, origin, time, place(index));
    targets[index] = target;
    rows.push(rest);
  }
  const cells = (name: string): unknown[] =>
    rows.map((row) => (typeof row === 'object' && row !== null ? Reflect.get(row, name) : undefined));
  const history = forecastHistory(spec, series, origin, targets, cells);
  return { rows, history, moments: Array.from(targets, (target) => forecastMoment(spec, origin, target)) };
}

function divideRow(row: unknown, time: string): [unknown, unknown] {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return [undefined, row];
  const { [time]: moment, ...rest } = row as Record<string, unknown>;
  return [moment, rest];
}

function timeInvalid(spec: ForecastPipeline, origin: number, time: unknown, where: string): RelevoError {
  const { time: field } = spec.forecast;
  const expected = expectedTime(spec, origin);
  const details: ErrorDetails = { field, value: shownJson(time), expected, where };
  const value = time === undefined || time === null ? 'missing' : JSON.stringify(shownJson(time));
  return new RelevoError('ROW_INVALID', `${where}: "${field}" is ${value}; expected ${expected}.`, details);
}
