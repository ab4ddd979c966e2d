import { RelevoError } from '../../contracts/errors.ts';
import { runInPool } from '../pool.ts';
import { forecaster } from './index.ts';

/** One forecaster at one origin. */
export interface BacktestTask {
  name: string;
  values: Float64Array;
  periods: number[];
  horizons: number[];
}

export interface Backtest {
  /** One number per interval, oldest first; NaN where unknown. */
  values: Float64Array;
  /** Lengths of its cycles in intervals, ascending. */
  periods: number[];
  /** Places of the last interval that each forecast knows. */
  origins: number[];
  /** Intervals ahead. */
  horizons: number[];
  /** How many intervals up to the origin a forecaster is fitted on. */
  window: number;
}

const worker = new URL('./backtest.worker.ts', import.meta.url);

/**
 * Forecasts from each origin anew, fitted on nothing but what lies before it (rolling origin, Tashman 2000).
 * Unknown values within a window are those of the longest period before.
 * @param onOrigin called after each origin, for heartbeats.
 * @returns origins × horizons, row-major.
 * @throws RelevoError DATASET_TOO_SMALL where an origin has less before it than two of the longest period;
 * PIPELINE_INVALID for an unknown forecaster; CANCELLED.
 */
export async function backtest(
  name: string,
  { values, periods, origins, horizons, window }: Backtest,
  { signal, onOrigin }: { signal?: AbortSignal; onOrigin?(done: number): void } = {},
): Promise<Float64Array> {
  forecaster(name);
  const period = periods.at(-1) ?? 1;
  const predicted = new Float64Array(origins.length * horizons.length);
  for (const [at, origin] of origins.entries()) {
    const known = filled(values.slice(Math.max(0, origin + 1 - window), origin + 1), period);
    if (known.length < 2 * period)
      throw new RelevoError(
        'DATASET_TOO_SMALL',
        `A backtest has ${known.length} values at its first origin`,
        {
          field: 'origins',
          value: origin,
          expected: `${2 * period} values up to each origin`,
        },
      );
    const task: BacktestTask = { name, values: known, periods, horizons };
    predicted.set(await runInPool<BacktestTask, Float64Array>(worker, task, signal), at * horizons.length);
    onOrigin?.(at + 1);
  }
  return predicted;
}

/** Unknown values as they were one period before, else the last known one, else 0. */
function filled(values: Float64Array, period: number): Float64Array {
  for (let at = 0; at < values.length; at++)
    if (Number.isNaN(values[at])) values[at] = values[at - period] ?? values[at - 1] ?? 0;
  return values;
}
