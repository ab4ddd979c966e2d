import Arima from 'arima';
import type { Forecaster } from './forecaster.ts';

/** Orders of the autoregression and of the moving average: what AICc takes most often for loads by the quarter hour. */
const order = { p: 3, d: 0, q: 2 };

/**
 * Regression on the places of the longest period with ARIMA(3,0,2) errors by exact maximum likelihood, by the
 * package `arima` (the C library ctsa): a seasonal ARIMA whose season of a week, 672 quarters, could be estimated in
 * no other way.
 */
export const arima: Forecaster = {
  name: 'arima',
  async forecast(values, periods, steps) {
    const season = placeMeans(values, periods.at(-1) ?? 1);
    const rest = Array.from(values, (value, at) => value - season[at % season.length]);
    const model = new Arima({ ...order, verbose: false });
    try {
      const [predicted] = model.train(rest).predict(steps);
      return Float64Array.from(
        predicted,
        (value, step) => value + season[(values.length + step) % season.length],
      );
    } finally {
      model.destroy();
    }
  },
};

/** Mean of the values at each place of a cycle that starts with the series. */
function placeMeans(values: Float64Array, period: number): Float64Array {
  const sums = new Float64Array(period);
  for (let at = 0; at < values.length; at++) sums[at % period] += values[at];
  return sums.map((sum, place) => sum / Math.ceil((values.length - place) / period));
}
