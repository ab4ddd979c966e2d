import type { BacktestTask } from './backtest.ts';
import { forecaster } from './index.ts';

/** What the forecaster says at each horizon from one origin, in the order of the horizons. */
export default async function forecastFrom(task: BacktestTask): Promise<Float64Array> {
  const { name, values, periods, horizons } = task;
  const ahead = await forecaster(name).forecast(values, periods, Math.max(...horizons));
  return Float64Array.from(horizons, (horizon) => ahead[horizon - 1]);
}
