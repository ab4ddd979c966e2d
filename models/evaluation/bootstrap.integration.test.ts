import { afterAll, describe, expect, it } from 'vitest';
import { metricsSchema, regressionMetricNames } from '../../contracts/metrics.ts';
import { closePool } from '../pool.ts';
import { bootstrapMetrics, pairedBootstrap } from './bootstrap.ts';
import parity from './parity/metrics.json' with { type: 'json' };

const actual = Float64Array.from(parity.bootstrap.actual);
const challenger = Float64Array.from(parity.bootstrap.challenger);
const champion = Float64Array.from(parity.bootstrap.champion);

afterAll(closePool);

describe('bootstrap intervals', () => {
  it(`are those of scipy ${parity.scipy} up to resampling noise`, async () => {
    const metrics = await bootstrapMetrics(actual, challenger, { seed: 1, resamples: 20_000 });
    expect(metricsSchema.parse(metrics)).toEqual(metrics);
    for (const name of regressionMetricNames) {
      const [low, high] = parity.bootstrap.intervals[name];
      const noise = 0.05 * (high - low);
      expect(Math.abs(metrics[name].low - low)).toBeLessThan(noise);
      expect(Math.abs(metrics[name].high - high)).toBeLessThan(noise);
      expect(metrics[name].low).toBeLessThan(metrics[name].value);
      expect(metrics[name].high).toBeGreaterThan(metrics[name].value);
    }
  });

  it('of a paired comparison are those of scipy, above zero where the challenger is better', async () => {
    const { value, interval, confidence } = parity.bootstrap.paired;
    const options = { metric: 'rmse' as const, seed: 1, resamples: 20_000, confidence };
    const won = await pairedBootstrap(actual, challenger, champion, options);
    expect(won.value).toBeCloseTo(value, 9);
    expect(Math.abs(won.low - interval[0])).toBeLessThan(0.05 * (interval[1] - interval[0]));
    expect(Math.abs(won.high - interval[1])).toBeLessThan(0.05 * (interval[1] - interval[0]));
    const lost = await pairedBootstrap(actual, champion, challenger, options);
    expect(lost.value).toBeLessThan(0);
    const r2 = await pairedBootstrap(actual, challenger, champion, { ...options, metric: 'r2' });
    expect(r2.value).toBeGreaterThan(0);
  });

  it('are equal for equal seeds and differ otherwise', async () => {
    const run = (seed: number) => bootstrapMetrics(actual, challenger, { seed, resamples: 200 });
    const [first, again, other] = await Promise.all([run(4), run(4), run(5)]);
    expect(again).toEqual(first);
    expect(other.rmse.low).not.toBe(first.rmse.low);
    expect(other.rmse.value).toBe(first.rmse.value);
  });

  it('say zero, not nothing, for a perfect champion', async () => {
    const options = { metric: 'rmse' as const, seed: 0, resamples: 100, confidence: 0.95 };
    expect(await pairedBootstrap(actual, actual, actual, options)).toEqual({ value: 0, low: 0, high: 0 });
    expect(await pairedBootstrap(actual, challenger, actual, options)).toEqual({
      value: -100,
      low: -100,
      high: -100,
    });
  });

  it('stop at once when cancelled, and the event loop runs meanwhile', async () => {
    const controller = new AbortController();
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 5);
    setTimeout(() => controller.abort(), 150);
    const startedMs = performance.now();
    const running = bootstrapMetrics(actual, challenger, {
      seed: 0,
      resamples: 50_000_000,
      signal: controller.signal,
    });
    await expect(running).rejects.toMatchObject({ name: 'RelevoError', code: 'CANCELLED' });
    clearInterval(ticking);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(ticks).toBeGreaterThan(5);
  });
});
