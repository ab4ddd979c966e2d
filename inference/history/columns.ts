import type { ForecastSpec, HistoryColumn } from '../../contracts/forecast.ts';
import { type HistorySeries, intervalAt } from './series.ts';
import { statisticOf } from './statistic.ts';

export interface HistoryRequests {
  /** Timestamp of the last interval that counts as read, one per request. */
  originEpochSeconds: Float64Array;
  /** Timestamp of the interval that the forecast is about, one per request; after its origin. */
  targetEpochSeconds: Float64Array;
  /** What the inputs named by `like` are at the target, as codes or numbers, one per request each. */
  inputs?: Record<string, Float64Array>;
}

/** One request on the series' grid. */
interface Place {
  origin: number;
  target: number;
  targetEpochSeconds: number;
  request: number;
}
type Reader = (place: Place) => number;

/**
 * The history columns of each request, by name, computed from nothing after the request's origin: the same function
 * in training and in serving. A value outside of the series or unknown is NaN; a statistic of no value is NaN.
 * @throws RangeError where the series or the requests lack a column that the history reads.
 */
export function historyColumns(
  forecast: Pick<ForecastSpec, 'history'>,
  series: HistorySeries,
  requests: HistoryRequests,
): Record<string, Float64Array> {
  const { originEpochSeconds, targetEpochSeconds } = requests;
  const places = Array.from(originEpochSeconds, (origin, request) => ({
    origin: intervalAt(series, origin),
    target: intervalAt(series, targetEpochSeconds[request]),
    targetEpochSeconds: targetEpochSeconds[request],
    request,
  }));
  return Object.fromEntries(
    Object.entries(forecast.history).map(([name, column]) => {
      const read = readerOf(column, series, requests.inputs ?? {});
      return [name, Float64Array.from(places, read)];
    }),
  );
}

/** How many intervals up to the origin a history can reach into; what a lookup must keep. */
export const historyReach = ({ history }: Pick<ForecastSpec, 'history'>): number =>
  Object.values(history).reduce((most, column) => Math.max(most, reachOf(column)), 1);

function reachOf(column: HistoryColumn): number {
  if (column.kind === 'lag') return column.steps + 1;
  if (column.kind === 'rolling') return column.window;
  if (column.kind === 'seasonalLag') return (column.cycles + 1) * column.period + 1;
  if (column.kind === 'seasonalRolling') return (column.lookBack ?? column.cycles) * column.period + 1;
  return 1;
}

function readerOf(
  column: HistoryColumn,
  series: HistorySeries,
  inputs: Record<string, Float64Array>,
): Reader {
  if (column.kind === 'horizon') return ({ origin, target }) => target - origin;
  if (column.kind === 'calendar') {
    const part = calendarParts[column.part];
    return ({ targetEpochSeconds }) => part(targetEpochSeconds + column.offsetSeconds);
  }
  const values = cellsOf(series.values, column.of);
  if (column.kind === 'lag') return ({ origin }) => values[origin - column.steps] ?? Number.NaN;
  if (column.kind === 'seasonalLag')
    return (place) => values[newest(column, place) - column.cycles * column.period] ?? Number.NaN;
  if (column.kind === 'rolling') return rollingReader(column, values);
  return seasonalRollingReader(column, values, series, inputs);
}

function rollingReader(column: Extract<HistoryColumn, { kind: 'rolling' }>, values: Float64Array): Reader {
  const known = new Float64Array(column.window);
  return ({ origin }) => {
    let count = 0;
    for (let at = Math.max(0, origin - column.window + 1); at <= origin; at++)
      if (!Number.isNaN(values[at] ?? Number.NaN)) known[count++] = values[at];
    return statisticOf(column.statistic, known, count);
  };
}

function seasonalRollingReader(
  column: Extract<HistoryColumn, { kind: 'seasonalRolling' }>,
  values: Float64Array,
  series: HistorySeries,
  inputs: Record<string, Float64Array>,
): Reader {
  const { cycles, period, like, lookBack = cycles } = column;
  const kinds = like === undefined ? undefined : cellsOf(series.values, like);
  const wanted = like === undefined ? undefined : cellsOf(inputs, like);
  const known = new Float64Array(cycles);
  return (place) => {
    const first = newest(column, place);
    const kind = wanted?.[place.request];
    let count = 0;
    for (let cycle = 0; cycle < lookBack && count < cycles; cycle++) {
      const at = first - cycle * period;
      if (at < 0) break;
      if (kinds !== undefined && kinds[at] !== kind) continue;
      if (!Number.isNaN(values[at] ?? Number.NaN)) known[count++] = values[at];
    }
    return statisticOf(column.statistic, known, count);
  };
}

/** The newest interval, a whole number of cycles before the target (or the origin), that is not after the origin. */
function newest(
  { period, place }: { period: number; place: 'target' | 'origin' },
  { origin, target }: Place,
): number {
  const from = place === 'origin' ? origin : target;
  return from - Math.max(1, Math.ceil((from - origin) / period)) * period;
}

function cellsOf(columns: Record<string, Float64Array>, name: string): Float64Array {
  if (Object.hasOwn(columns, name)) return columns[name];
  throw new RangeError(`the history needs the column "${name}"`);
}

const daySeconds = 86_400;
const dateOf = (epochSeconds: number): Date => new Date(epochSeconds * 1000);
/** Timestamps are the plant's clock read as if it were UTC, so its parts are UTC's. */
const calendarParts = {
  secondOfDay: (at: number) => at - Math.floor(at / daySeconds) * daySeconds,
  isoWeekday: (at: number) => ((dateOf(at).getUTCDay() + 6) % 7) + 1,
  month: (at: number) => dateOf(at).getUTCMonth() + 1,
  dayOfYear: (at: number) => {
    const newYear = Date.UTC(dateOf(at).getUTCFullYear(), 0, 1) / 1000;
    return Math.floor((at - newYear) / daySeconds) + 1;
  },
};
