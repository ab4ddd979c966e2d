import type { Forecaster } from './forecaster.ts';

/** The value one longest period before, again and again; the last value where the series has no period. */
export const seasonalNaive: Forecaster = {
  name: 'seasonal-naive',
  async forecast(values, periods, steps) {
    const period = periods.at(-1) ?? 1;
    const start = values.length - period;
    return Float64Array.from({ length: steps }, (_, step) => values[start + (step % period)]);
  },
};
