import { setImmediate } from 'node:timers/promises';
import type { ForecastSpec } from '../../contracts/forecast.ts';
import { type Frame, type Series, selectRows } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Split } from '../../contracts/refs.ts';
import { historyColumns } from './columns.ts';
import { historySources, intervalAt, intervalsOf, isKnown, numbersOf, seriesOf } from './series.ts';

/** Columns that must be in a frame beside a forecast's inputs and target. */
export const forecastColumns = (forecast: ForecastSpec): string[] => [
  ...new Set([forecast.time, ...historySources(forecast)]),
];

/** Requests answered before the event loop gets its turn. */
const requestsPerTurn = 1_024;

/**
 * Turns rows into forecasts of them: every row becomes one row per horizon whose origin was read, with the history
 * columns as they were known then. Row id and place of the horizon make the new id, `rowId × horizons + k`, so a
 * split of the rows is one of the forecasts. A pipeline without a forecast keeps frame and split as they are.
 * @throws RelevoError TRAINING_FAILED where the times make no series; RangeError where the frame lacks a column.
 */
export async function expandForecast(
  spec: Pick<PipelineSpec, 'forecast'>,
  frame: Frame,
  split: Split,
): Promise<{ frame: Frame; split: Split }> {
  const { forecast } = spec;
  if (forecast === undefined) return { frame, split };
  const { positions, horizons } = forecastsOf(forecast, frame);
  const expanded = selectRows(frame, positions);
  const width = forecast.horizons.length;
  for (let i = 0; i < positions.length; i++)
    expanded.rowIds[i] = frame.rowIds[positions[i]] * width + horizons[i];
  const history = await historyOf(forecast, frame, expanded, horizons);
  const columns: Record<string, Series> = { ...expanded.columns };
  for (const [name, values] of Object.entries(history)) columns[name] = { kind: 'number', values };
  return { frame: { ...expanded, columns }, split: expandSplit(split, expanded.rowIds, width) };
}

/** Which row and which horizon (by its place) each forecast is of: those whose origin was read. */
function forecastsOf(forecast: ForecastSpec, frame: Frame): { positions: Int32Array; horizons: Uint16Array } {
  const series = seriesOf(forecast, frame);
  const known = Uint8Array.from({ length: intervalsOf(series) }, (_, at) => (isKnown(series, at) ? 1 : 0));
  const times = numbersOf(frame, forecast.time);
  const width = forecast.horizons.length;
  const positions = new Int32Array(frame.rows * width);
  const horizons = new Uint16Array(frame.rows * width);
  let count = 0;
  for (let row = 0; row < frame.rows; row++) {
    const target = intervalAt(series, times[row]);
    for (let k = 0; k < width; k++) {
      if (known[target - forecast.horizons[k]] !== 1) continue;
      positions[count] = row;
      horizons[count++] = k;
    }
  }
  return { positions: positions.subarray(0, count), horizons: horizons.subarray(0, count) };
}

async function historyOf(
  forecast: ForecastSpec,
  frame: Frame,
  expanded: Frame,
  horizons: Uint16Array,
): Promise<Record<string, Float64Array>> {
  const series = seriesOf(forecast, frame);
  const target = numbersOf(expanded, forecast.time);
  const origin = target.map((time, row) => time - forecast.horizons[horizons[row]] * forecast.everySeconds);
  const likes = Object.values(forecast.history).flatMap((column) =>
    'like' in column && column.like !== undefined ? [column.like] : [],
  );
  const inputs = likes.map((name): [string, Float64Array] => [name, numbersOf(expanded, name)]);
  const names = Object.keys(forecast.history);
  const columns = names.map((name): [string, Float64Array] => [name, new Float64Array(expanded.rows)]);
  for (let start = 0; start < expanded.rows; start += requestsPerTurn) {
    const end = start + requestsPerTurn;
    const some = historyColumns(forecast, series, {
      originEpochSeconds: origin.subarray(start, end),
      targetEpochSeconds: target.subarray(start, end),
      inputs: Object.fromEntries(inputs.map(([name, values]) => [name, values.subarray(start, end)])),
    });
    for (const [name, values] of columns) values.set(some[name], start);
    await setImmediate();
  }
  return Object.fromEntries(columns);
}

/** The forecasts of each row stay on its side, in the order of its side. */
function expandSplit(split: Split, forecastIds: Float64Array, width: number): Split {
  const there = new Set(forecastIds);
  const expand = (rowIds: number[]): number[] => {
    const ids: number[] = [];
    for (const rowId of rowIds)
      for (let k = 0; k < width; k++) if (there.has(rowId * width + k)) ids.push(rowId * width + k);
    return ids;
  };
  return { train: expand(split.train), validation: expand(split.validation), test: expand(split.test) };
}

/** Intervals ahead of each expanded row, by its id. */
export const horizonsOf = (
  { horizons }: Pick<ForecastSpec, 'horizons'>,
  rowIds: ArrayLike<number>,
): Float64Array => Float64Array.from(rowIds, (rowId) => horizons[rowId % horizons.length]);

/** What each expanded row counts in a fit, by its id; undefined where all count the same. */
export function forecastWeights(
  forecast: Pick<ForecastSpec, 'horizons' | 'horizonWeights'> | undefined,
  rowIds: ArrayLike<number>,
): Float64Array | undefined {
  const weights = forecast?.horizonWeights;
  return weights && Float64Array.from(rowIds, (rowId) => weights[rowId % weights.length]);
}
