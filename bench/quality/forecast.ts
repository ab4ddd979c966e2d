/**
 * Forecasts ahead of time: the champion on the last part of the series, by horizon, beside what costs nothing (the
 * last value, the last week, the mean of the weekday's time), and by rolling origin beside statistical forecasters.
 * `--renew-days 28` answers the same part once more with a champion that is trained anew as it goes.
 */
import { environment } from '../../contracts/env.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { makeSplit } from '../../models/evaluation/split.ts';
import { machine, option } from '../lib/report.ts';
import { cleanDataset } from './dataset.ts';
import { type AtHorizon, daySeconds, hourSeconds } from './forecast/horizon.ts';
import { judgeForecast } from './forecast/judge.ts';
import { type Renewed, renewed } from './forecast/renewed.ts';
import { type RollingOrigin, rollingOrigin } from './forecast/rolling.ts';
import type { Measured } from './measured.ts';

/** Trains the pipeline's champion on all but the last rows in time and judges it on them. */
export async function measureForecast(spec: PipelineSpec, folder: string): Promise<Measured> {
  const { forecast } = spec;
  if (forecast === undefined) throw new Error(`${spec.name} makes no forecast`);
  const dataDir = environment().RELEVO_DATA;
  const source = option('source') ?? (dataDir === undefined ? 'synthetic' : 'original');
  const clean = await cleanDataset(spec, source, { dataDir, folder });
  const split = await makeSplit(spec.split, spec.seed, clean.frame);
  const { rows, grid, ...judged } = await judgeForecast(spec, clean.frame, split);
  process.stderr.write(`champion ${judged.winner}: ${JSON.stringify(judged.byHorizon)}\n`);
  const renewEveryDays = Number(option('renew-days') ?? 0);
  const renewals = renewEveryDays > 0 ? await renewed(spec, clean.frame, split, renewEveryDays) : undefined;
  const intervalsIn = (seconds: number): number => Math.round(seconds / forecast.everySeconds);
  const periods = [intervalsIn(daySeconds), intervalsIn(7 * daySeconds)];
  const horizons = [intervalsIn(hourSeconds), ...periods];
  const rolling = await rollingOrigin(grid, rows.values, { horizons, periods });
  const result = {
    pipeline: spec.name,
    source: clean.source,
    synthetic: clean.synthetic,
    ...judged,
    renewed: renewals,
    rolling,
    machine: machine(),
  };
  return { result, text: table(result, horizons) };
}

type Result = {
  pipeline: string;
  source: string;
  synthetic: boolean;
  winner: string;
  byHorizon: AtHorizon[];
  coverage: number;
  renewed: Renewed | undefined;
  rolling: RollingOrigin;
};
const cell = (value: number | undefined, width = 10, places = 2): string =>
  (value === undefined ? '–' : value.toFixed(places)).padStart(width);

const renewedLine = ({ everyDays, trainings, coverage, byHorizon }: Renewed): string =>
  `trained anew every ${everyDays} days (${trainings} trainings): within the interval ${(100 * coverage).toFixed(1)} %, ` +
  `RMSE ${byHorizon.map(({ hours, rmse }) => `${hours} h ${rmse.toFixed(2)}`).join(', ')}`;

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
    ...(result.renewed === undefined ? [] : [renewedLine(result.renewed)]),
    `rolling origin, ${result.rolling.origins} origins, RMSE ${horizons.map((horizon) => `${horizon} intervals`).join(', ')} ahead`,
    ...rolling,
  ].join('\n');
}
