import type { Params } from '../../../contracts/estimator.ts';
import type { Frame } from '../../../contracts/frame.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import type { Split } from '../../../contracts/refs.ts';
import { expandForecast } from '../../../inference/history.ts';
import type { Predictions } from '../../../models/evaluation/predictions.ts';
import { prepareTrainingSet } from '../../../models/training/prepare.ts';
import { trainChampion } from '../champion.ts';
import { type AtHorizon, atHorizon, daySeconds, weekdayMeans } from './horizon.ts';
import { type Grid, gridOf } from './rolling.ts';

export interface JudgedForecast {
  winner: string;
  params: Params;
  /** The pipeline's metric on the validation rows, by candidate. */
  validation: Record<string, number>;
  byHorizon: AtHorizon[];
  /** Share of test rows within the interval, over all horizons. */
  coverage: number;
  /** What was said of the test rows, and where they lie in the series. */
  rows: Predictions;
  grid: Grid;
}

/** Trains the pipeline's champion on a split's training and validation rows and judges it on the test rows. */
export async function judgeForecast(spec: PipelineSpec, frame: Frame, split: Split): Promise<JudgedForecast> {
  const { forecast } = spec;
  if (forecast === undefined) throw new Error(`${spec.name} makes no forecast`);
  const expanded = await expandForecast(spec, frame, split);
  const set = await prepareTrainingSet(spec, expanded.frame, expanded.split);
  const { winner, fitted, params, validation } = await trainChampion(spec, set);
  const rows = await fitted.predict(set.test);
  const grid = gridOf(forecast, spec.target, frame, set.test);
  const usual = weekdayMeans(grid, Math.round((7 * daySeconds) / forecast.everySeconds));
  const byHorizon = forecast.horizons.map((horizon) => atHorizon(grid, rows, horizon, usual));
  return { winner, params, validation, byHorizon, coverage: coverageOf(byHorizon), rows, grid };
}

/** Share of rows within the interval, over all horizons; NaN where there is no interval. */
export function coverageOf(byHorizon: Pick<AtHorizon, 'rows' | 'coverage'>[]): number {
  let [covered, count] = [0, 0];
  for (const { coverage = Number.NaN, rows } of byHorizon) {
    covered += coverage * rows;
    count += rows;
  }
  return covered / count;
}
