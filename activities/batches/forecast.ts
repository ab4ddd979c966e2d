import { setImmediate } from 'node:timers/promises';
import { showValue } from '../../contracts/errors.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { throwIfAborted } from '../../data/duckdb.ts';
import {
  demandOrigin,
  expectedTime,
  type ForecastMoment,
  type ForecastPipeline,
  forecastHistory,
  forecastMoment,
  forecastTarget,
} from '../../inference/forecast/request.ts';
import type { HistorySeries } from '../../inference/history.ts';
import type { ChunkRows } from './rows.ts';

/** Rows looked up before the event loop gets its turn: a time in words takes a while. */
const rowsPerTurn = 256;

/** The spec of a pipeline that makes forecasts; undefined of any other. */
export const forecastPipeline = (spec: PipelineSpec): ForecastPipeline | undefined =>
  spec.forecast && { columns: spec.columns, forecast: spec.forecast };

/**
 * Adds to a chunk's columns what a forecast's model looks up for each row, and to its faults the rows whose time is
 * none that can be forecast. Gives what each row is about; of a row with a fault it means nothing.
 * @param series the same for all chunks of a batch, so that all start from one reading.
 * @throws RelevoError DATASET_NOT_FOUND where nothing was read yet
 */
export async function lookUpHistory(
  spec: ForecastPipeline,
  series: HistorySeries,
  { rows, columns, times, faults }: ChunkRows,
  signal: AbortSignal,
): Promise<ForecastMoment[]> {
  const origin = demandOrigin(series);
  const { time, everySeconds } = spec.forecast;
  const expected = expectedTime(spec, origin);
  const targetOf = (row: number): number => {
    const given = times?.[row] ?? null;
    const target = forecastTarget(spec, origin, given);
    if (target === undefined && !faults.has(row))
      faults.set(row, `"${time}" is ${given === null ? 'missing' : showValue(given)}; expected ${expected}`);
    return target ?? origin + everySeconds;
  };
  const history = Object.keys(spec.forecast.history).map((name): [string, Float64Array] => [
    name,
    new Float64Array(rows),
  ]);
  const moments: ForecastMoment[] = [];
  for (let start = 0; start < rows; start += rowsPerTurn) {
    throwIfAborted(signal);
    const end = Math.min(rows, start + rowsPerTurn);
    const targets = Float64Array.from({ length: end - start }, (_, at) => targetOf(start + at));
    const some = forecastHistory(spec, series, origin, targets, (name) => columns[name].slice(start, end));
    for (const [name, values] of history) values.set(some[name], start);
    for (const target of targets) moments.push(forecastMoment(spec, origin, target));
    await setImmediate();
  }
  Object.assign(columns, Object.fromEntries(history));
  return moments;
}
