/**
 * Forecasts ahead of time: the champion on the last part of the series, by horizon, beside what costs nothing (the
 * last value, the last week, the mean of the weekday's time), and by rolling origin beside statistical forecasters.
 */
import { environment } from '../../contracts/env.ts';
import type { ForecastSpec } from '../../contracts/forecast.ts';
import type { Frame } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { expandForecast } from '../../inference/history.ts';
import type { Predictions } from '../../models/evaluation/predictions.ts';
import { makeSplit } from '../../models/evaluation/split.ts';
import { prepareTrainingSet } from '../../models/training/prepare.ts';
import { machine, option } from '../lib/report.ts';
import { trainChampion } from './champion.ts';
import { cleanDataset } from './dataset.ts';
import { type Grid, gridOf, type RollingOrigin, rollingOrigin } from './forecast/rolling.ts';
import type { Measured } from './measured.ts';

interface AtHorizon {
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

const hourSeconds = 3_600;
const daySeconds = 24 * hourSeconds;

const meanOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const rootMeanSquare = (errors: number[]): number => Math.sqrt(meanOf(errors.map((error) => error ** 2)));

/** Mean of each weekday's interval over what lies before the test rows. */
function weekdayMeans({ actual, targets }: Grid, week: number): Float64Array {
  const end = targets.reduce((least, target) => Math.min(least, target), actual.length);
  const [sums, counts] = [new Float64Array(week), new Float64Array(week)];
  for (let at = 0; at < end; at++) {
    if (Number.isNaN(actual[at])) continue;
    sums[at % week] += actual[at];
    counts[at % week]++;
  }
  return sums.map((sum, place) => sum / counts[place]);
}

function atHorizon(
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

/** Trains the pipeline's champion on all but the last rows in time and judges it on them. */
export async function measureForecast(spec: PipelineSpec, folder: string): Promise<Measured> {
  const { forecast } = spec;
  if (forecast === undefined) throw new Error(`${spec.name} makes no forecast`);
  const dataDir = environment().RELEVO_DATA;
  const source = option('source') ?? (dataDir === undefined ? 'synthetic' : 'original');
  const clean = await cleanDataset(spec, source, { dataDir, folder });
  const champion = await judge(spec, forecast, clean.frame);
  const { rows, grid, ...judged } = champion;
  const intervalsIn = (seconds: number): number => Math.round(seconds / forecast.everySeconds);
  const periods = [intervalsIn(daySeconds), intervalsIn(7 * daySeconds)];
  const horizons = [intervalsIn(hourSeconds), ...periods];
  const rolling = await rollingOrigin(grid, rows.values, { horizons, periods });
  const result = {
    pipeline: spec.name,
    source: clean.source,
    synthetic: clean.synthetic,
    ...judged,
    rolling,
    machine: machine(),
  };
  return { result, text: table(result, horizons) };
}

async function judge(spec: PipelineSpec, forecast: ForecastSpec, frame: Frame) {
  const expanded = await expandForecast(spec, frame, await makeSplit(spec.split, spec.seed, frame));
  const set = await prepareTrainingSet(spec, expanded.frame, expanded.split);
  const { winner, fitted, params, validation } = await trainChampion(spec, set);
  process.stderr.write(`champion ${winner}, RMSE on the validation rows ${JSON.stringify(validation)}\n`);
  const rows = await fitted.predict(set.test);
  const grid = gridOf(forecast, spec.target, frame, set.test);
  const usual = weekdayMeans(grid, Math.round((7 * daySeconds) / forecast.everySeconds));
  const byHorizon = forecast.horizons.map((horizon) => atHorizon(grid, rows, horizon, usual));
  process.stderr.write(`on the test rows: ${JSON.stringify(byHorizon)}\n`);
  const covered = byHorizon.map(({ coverage = Number.NaN, rows }) => [coverage * rows, rows]);
  const total = (k: number): number => covered.reduce((sum, pair) => sum + pair[k], 0);
  return { winner, params, validation, byHorizon, coverage: total(0) / total(1), rows, grid };
}

type Result = {
  pipeline: string;
  source: string;
  synthetic: boolean;
  winner: string;
  byHorizon: AtHorizon[];
  coverage: number;
  rolling: RollingOrigin;
};
const cell = (value: number | undefined, width = 10, places = 2): string =>
  (value === undefined ? '–' : value.toFixed(places)).padStart(width);

function table({ pipeline, source, synthetic, winner, ...result }: Result, horizons: number[]): string {
  const lines = result.byHorizon.map(
    ({ hours, rmse, lastValue, lastWeek, weekdayMean, coverage, width }) =>
      cell(hours) +
      cell(rmse) +
      cell(lastValue) +
      cell(lastWeek) +
      cell(weekdayMean, 13) +
      cell(coverage === undefined ? undefined : 100 * coverage, 10, 1) +
      cell(width),
  );
  const rolling = Object.entries(result.rolling.rmse).map(
    ([name, rmse]) => name.padEnd(16) + horizons.map((horizon) => cell(rmse[horizon])).join(''),
  );
  return [
    `${pipeline}: ${source}${synthetic ? ', synthetic' : ''}; champion ${winner}; RMSE on the last rows in time`,
    '     hours      RMSE last value last week weekday mean covered %     width',
    ...lines,
    `within the interval, all horizons: ${(100 * result.coverage).toFixed(1)} %`,
    `rolling origin, ${result.rolling.origins} origins, RMSE ${horizons.map((horizon) => `${horizon} intervals`).join(', ')} ahead`,
    ...rolling,
  ].join('\n');
}
