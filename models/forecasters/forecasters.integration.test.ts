import { afterAll, describe, expect, it } from 'vitest';
import { closePool } from '../pool.ts';
import { seededRandom } from '../random.ts';
import { backtest } from './backtest.ts';
import { forecaster } from './index.ts';

afterAll(closePool);

/** Two cycles on a level: what a plant's days and weeks are, without noise. */
const wave = (at: number): number =>
  10 + 3 * Math.sin((2 * Math.PI * at) / 12) + Math.cos((2 * Math.PI * at) / 48);
const series = (length: number, noise = 0): Float64Array => {
  const random = seededRandom(7, 'series');
  return Float64Array.from({ length }, (_, at) => wave(at) + noise * random.normal());
};
const largest = (values: Float64Array, wanted: (step: number) => number): number =>
  Math.max(...values.map((value, step) => Math.abs(value - wanted(step))));

describe('statistical forecasters', () => {
  it.each(['seasonal-naive', 'mstl', 'arima'])('%s goes on with a series of two cycles', async (name) => {
    const values = series(480, 0.01);
    const ahead = await forecaster(name).forecast(values, [12, 48], 60);
    expect(ahead).toHaveLength(60);
    expect(largest(ahead, (step) => wave(480 + step))).toBeLessThan(0.2);
  });

  it('ets follows a level', async () => {
    const values = Float64Array.from({ length: 100 }, (_, at) => (at < 50 ? 1 : 5) + 0.01 * (at % 3));
    const ahead = await forecaster('ets').forecast(values, [], 5);
    expect(largest(ahead, () => 5)).toBeLessThan(0.1);
  });

  it('arima finds the autoregression of a series', async () => {
    const random = seededRandom(1, 'ar');
    const values = new Float64Array(3_000);
    for (let at = 1; at < values.length; at++) values[at] = 0.8 * values[at - 1] + random.normal();
    values[values.length - 1] = 5;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const [first] = await forecaster('arima').forecast(values, [], 1);
    expect(first).toBeGreaterThan(3.3);
    expect(first).toBeLessThan(4.7 + Math.abs(mean));
  });

  it('names a forecaster that is none', () => {
    expect(() => forecaster('prophet')).toThrowError('There is no forecaster "prophet"');
  });
});

describe('backtest', () => {
  it('knows nothing after its origin, and fills what is unknown from the cycle before', async () => {
    const values = series(400);
    values[200] = Number.NaN;
    const input = { values, periods: [12, 48], origins: [207, 300], horizons: [1, 7, 41], window: 192 };
    const done: number[] = [];
    const predicted = await backtest('seasonal-naive', input, { onOrigin: (origins) => done.push(origins) });
    const changed = values.map((value, at) => (at > 300 ? -1 : value));
    expect(await backtest('seasonal-naive', { ...input, values: changed })).toEqual(predicted);
    expect(done).toEqual([1, 2]);
    expect([...predicted]).toEqual([160, 166, 152, 253, 259, 293].map((at) => values[at]));
  });

  it('asks for two of the longest period', async () => {
    const input = { values: series(100), periods: [48], origins: [90], horizons: [1], window: 1_000 };
    await expect(backtest('ets', input)).rejects.toMatchObject({ code: 'DATASET_TOO_SMALL' });
  });

  it('stops when told to', async () => {
    const input = { values: series(400), periods: [48], origins: [300], horizons: [1], window: 192 };
    await expect(backtest('mstl', input, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});
