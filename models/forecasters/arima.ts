import Arima from 'arima';
import type { Forecaster } from './forecaster.ts';

/** Orders of the autoregression and of the moving average; the next is taken where an estimate is not stationary. */
const orders = [
  { p: 2, d: 0, q: 1 },
  { p: 1, d: 0, q: 0 },
];

/**
 * Regression on the places of the longest period with ARIMA(2,0,1) errors by exact maximum likelihood, by the
 * package `arima` (the C library ctsa): a seasonal ARIMA whose season of a week, 672 quarters, could be estimated in
 * no other way.
 */
export const arima: Forecaster = {
  name: 'arima',
  async forecast(values, periods, steps) {
    const season = placeMeans(values, periods.at(-1) ?? 1);
    const rest = Array.from(values, (value, at) => value - season[at % season.length]);
    const ahead = restAhead(rest, steps);
    return Float64Array.from(ahead, (value, step) => value + season[(values.length + step) % season.length]);
  },
};

/** A stationary model goes back to the mean of what it saw; one that leaves its range is none. */
function restAhead(rest: number[], steps: number): ArrayLike<number> {
  const most = rest.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  for (const order of orders) {
    const model = new Arima({ ...order, verbose: false });
    try {
      const [ahead] = model.train(rest).predict(steps);
      if (ahead.every((value) => Math.abs(value) <= most)) return ahead;
    } finally {
      model.destroy();
    }
  }
  return new Float64Array(steps);
}

/** Mean of the values at each place of a cycle that starts with the series. */
function placeMeans(values: Float64Array, period: number): Float64Array {
  const sums = new Float64Array(period);
  for (let at = 0; at < values.length; at++) sums[at % period] += values[at];
  return sums.map((sum, place) => sum / Math.ceil((values.length - place) / period));
}
