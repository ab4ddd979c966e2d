import { RelevoError } from '../../contracts/errors.ts';
import { arima } from './arima.ts';
import { ets, mstl } from './augurs.ts';
import type { Forecaster } from './forecaster.ts';
import { seasonalNaive } from './seasonal-naive.ts';

const forecasters = [seasonalNaive, ets, mstl, arima];

/** @throws RelevoError PIPELINE_INVALID where there is no forecaster of that name. */
export function forecaster(name: string): Forecaster {
  const found = forecasters.find((one) => one.name === name);
  if (found) return found;
  const known = forecasters.map((one) => one.name).join(', ');
  throw new RelevoError('PIPELINE_INVALID', `There is no forecaster "${name}"`, {
    field: 'forecast.baselines',
    value: name,
    expected: `one of ${known}`,
  });
}
