import type { ForecastSpec } from '../../../contracts/forecast.ts';
import type { Frame } from '../../../contracts/frame.ts';
import { type HistorySeries, seriesOf } from '../../../inference/history.ts';
import { backtest } from '../../../models/forecasters/backtest.ts';
import type { PreparedRows } from '../../../models/training/rows.ts';

/** The target by interval, and which test row is the forecast of an interval at a horizon. */
export interface Grid {
  forecast: ForecastSpec;
  series: HistorySeries;
  actual: Float64Array;
  /** Position among the test rows; undefined where there is none. */
  testRow(interval: number, horizon: number): number | undefined;
  /** Interval that each test row is about. */
  targets: Int32Array;
  horizons: Int32Array;
}

export function gridOf(forecast: ForecastSpec, target: string, frame: Frame, test: PreparedRows): Grid {
  const series = seriesOf(forecast, frame);
  const times = frame.columns[forecast.time];
  if (times.kind !== 'number') throw new RangeError(`"${forecast.time}" holds no times`);
  const { horizons } = forecast;
  const place = new Map(Array.from(frame.rowIds, (id, row) => [id, row]));
  const intervalOf = (rowId: number): number => {
    const time = times.values[place.get(Math.floor(rowId / horizons.length)) ?? Number.NaN];
    return Math.round((time - series.startEpochSeconds) / series.everySeconds);
  };
  const targets = Int32Array.from(test.rowIds, intervalOf);
  const aheads = Int32Array.from(test.rowIds, (rowId) => horizons[rowId % horizons.length]);
  const known = new Map(Array.from(targets, (interval, row) => [`${interval} ${aheads[row]}`, row]));
  return {
    forecast,
    series,
    actual: series.values[target],
    testRow: (interval, horizon) => known.get(`${interval} ${horizon}`),
    targets,
    horizons: aheads,
  };
}

export interface RollingOrigin {
  origins: number;
  /** RMSE by name of the forecaster and by horizon in intervals. */
  rmse: Record<string, Record<number, number>>;
}

/** Forecasters are fitted anew on so many intervals up to each origin: six weeks of quarters. */
const window = 6 * 672;
/** Seven hours and a quarter: the origins of a few days are spread over all times of the day. */
const stride = 29;

/** The champion beside its statistical baselines, all on the same origins and horizons. */
export async function rollingOrigin(
  grid: Grid,
  predicted: Float64Array,
  { horizons, periods }: { horizons: number[]; periods: number[] },
): Promise<RollingOrigin> {
  const first = grid.targets.reduce((least, target) => Math.min(least, target), Number.POSITIVE_INFINITY);
  const isWhole = (origin: number): boolean =>
    horizons.every((horizon) => grid.testRow(origin + horizon, horizon) !== undefined);
  const origins: number[] = [];
  for (let origin = first - 1; origin < grid.actual.length; origin += stride)
    if (isWhole(origin)) origins.push(origin);
  const champion = Float64Array.from(
    origins.flatMap((origin) =>
      horizons.map((horizon) => predicted[grid.testRow(origin + horizon, horizon) ?? -1]),
    ),
  );
  const rmse = { champion: rmseByHorizon(grid, origins, horizons, champion) };
  for (const name of grid.forecast.baselines) {
    const answers = await backtest(name, { values: grid.actual, periods, origins, horizons, window });
    Object.assign(rmse, { [name]: rmseByHorizon(grid, origins, horizons, answers) });
    process.stderr.write(`${name}: ${JSON.stringify(Reflect.get(rmse, name))}\n`);
  }
  return { origins: origins.length, rmse };
}

function rmseByHorizon(
  { actual }: Grid,
  origins: number[],
  horizons: number[],
  predicted: Float64Array,
): Record<number, number> {
  const of = (horizon: number, k: number): number => {
    const squares = origins.map(
      (origin, at) => (actual[origin + horizon] - predicted[at * horizons.length + k]) ** 2,
    );
    return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
  };
  return Object.fromEntries(horizons.map((horizon, k) => [horizon, of(horizon, k)]));
}
