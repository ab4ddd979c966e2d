import { afterAll, describe, expect, it } from 'vitest';
import type { Task } from '../../contracts/estimator.ts';
import { classificationMetricNames, type Estimate, metricsSchema } from '../../contracts/metrics.ts';
import { closePool } from '../pool.ts';
import { bootstrapMetrics, pairedBootstrap, standardErrorOf } from './judge.ts';
import classification from './parity/classification.json' with { type: 'json' };
import parity from './parity/metrics.json' with { type: 'json' };

const actual = Float64Array.from(parity.bootstrap.actual);
const task: Task = { kind: 'regression' };
const point = (values: ArrayLike<number>) => ({ values: Float64Array.from(values), outputs: 1 });
const challenger = point(parity.bootstrap.challenger);
const champion = point(parity.bootstrap.champion);
const exact = point(actual);
const names = ['rmse', 'mae', 'r2', 'cv'] as const;
const known = (estimate: Estimate | undefined): Estimate => {
  if (estimate === undefined) throw new Error('the metric is missing');
  return estimate;
};

afterAll(closePool);

describe('bootstrap intervals', () => {
  it(`are those of scipy ${parity.scipy} up to resampling noise`, async () => {
    const metrics = await bootstrapMetrics(task, actual, challenger, { seed: 1, resamples: 20_000 });
    expect(metricsSchema.parse(metrics)).toEqual(metrics);
    for (const name of names) {
      const [low, high] = parity.bootstrap.intervals[name];
      const noise = 0.05 * (high - low);
      const estimate = known(metrics[name]);
      expect(Math.abs(estimate.low - low)).toBeLessThan(noise);
      expect(Math.abs(estimate.high - high)).toBeLessThan(noise);
      expect(estimate.low).toBeLessThan(estimate.value);
      expect(estimate.high).toBeGreaterThan(estimate.value);
    }
  });

  it('of a paired comparison are those of scipy, above zero where the challenger is better', async () => {
    const { value, interval, confidence } = parity.bootstrap.paired;
    const options = { metric: 'rmse' as const, seed: 1, resamples: 20_000, confidence };
    const won = await pairedBootstrap(task, actual, challenger, champion, options);
    expect(won.value).toBeCloseTo(value, 9);
    expect(Math.abs(won.low - interval[0])).toBeLessThan(0.05 * (interval[1] - interval[0]));
    expect(Math.abs(won.high - interval[1])).toBeLessThan(0.05 * (interval[1] - interval[0]));
    const lost = await pairedBootstrap(task, actual, champion, challenger, options);
    expect(lost.value).toBeLessThan(0);
    const r2 = await pairedBootstrap(task, actual, challenger, champion, { ...options, metric: 'r2' });
    expect(r2.value).toBeGreaterThan(0);
  });

  it('have a standard error like that of a mean, for a metric that is one', async () => {
    const errors = actual.map((value, row) => Math.abs(value - challenger.values[row]));
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const squares = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0);
    const ofMean = Math.sqrt(squares) / errors.length;
    const options = { metric: 'mae' as const, seed: 2, resamples: 5_000 };
    const error = await standardErrorOf(task, actual, challenger, options);
    expect(Math.abs(error / ofMean - 1)).toBeLessThan(0.05);
    expect(await standardErrorOf(task, actual, exact, options)).toBe(0);
    expect(await standardErrorOf(task, actual, challenger, options)).toBe(error);
  });

  it('are equal for equal seeds and differ otherwise', async () => {
    const run = (seed: number) => bootstrapMetrics(task, actual, challenger, { seed, resamples: 200 });
    const [first, again, other] = await Promise.all([run(4), run(4), run(5)]);
    expect(again).toEqual(first);
    expect(known(other.rmse).low).not.toBe(known(first.rmse).low);
    expect(known(other.rmse).value).toBe(known(first.rmse).value);
  });

  it('say zero, not nothing, for a perfect champion', async () => {
    const options = { metric: 'rmse' as const, seed: 0, resamples: 100, confidence: 0.95 };
    expect(await pairedBootstrap(task, actual, exact, exact, options)).toEqual({ value: 0, low: 0, high: 0 });
    expect(await pairedBootstrap(task, actual, challenger, exact, options)).toEqual({
      value: -100,
      low: -100,
      high: -100,
    });
  });

  it('judge intervals where both models have them, and say so where one has none', async () => {
    const around = (width: number) => ({
      ...challenger,
      interval: Float64Array.from(
        { length: 2 * actual.length },
        (_, i) => challenger.values[i >> 1] + (i % 2 === 0 ? -width : width),
      ),
    });
    const { coverage, intervalWidth } = await bootstrapMetrics(task, actual, around(1), {
      seed: 1,
      resamples: 500,
    });
    expect(known(coverage).value).toBeGreaterThan(0.75);
    expect(known(coverage).low).toBeLessThan(known(coverage).high);
    expect(known(intervalWidth).low).toBeCloseTo(2, 9);
    const options = { metric: 'intervalWidth' as const, seed: 0, resamples: 100, confidence: 0.95 };
    const { value } = await pairedBootstrap(task, actual, around(1), around(2), options);
    expect(value).toBeCloseTo(50, 9);
    await expect(pairedBootstrap(task, actual, around(1), champion, options)).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
    });
  });

  it('of classes hold every metric; a model beside itself is not better', async () => {
    const { classes, actual: truth, probabilities } = classification.cases[3];
    const ofClasses: Task = { kind: 'classification', classes, ordered: false };
    const predictions = { values: Float64Array.from(probabilities), outputs: classes };
    const target = Float64Array.from(truth);
    const metrics = await bootstrapMetrics(ofClasses, target, predictions, { seed: 1, resamples: 500 });
    expect(Object.keys(metricsSchema.parse(metrics))).toEqual([...classificationMetricNames]);
    for (const { value, low, high } of Object.values(metrics)) {
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(low);
    }
    const blurred = { values: predictions.values.map((p) => 0.5 * p + 0.5 / classes), outputs: classes };
    const options = { metric: 'logLoss' as const, seed: 1, resamples: 500, confidence: 0.95 };
    const won = await pairedBootstrap(ofClasses, target, predictions, blurred, options);
    expect(won.low).toBeGreaterThan(0);
    const ranked = await pairedBootstrap(ofClasses, target, predictions, blurred, {
      ...options,
      metric: 'rocAuc',
    });
    expect(ranked).toEqual({ value: 0, low: 0, high: 0 });
  });

  it('stop at once when cancelled, and the event loop runs meanwhile', async () => {
    const controller = new AbortController();
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 5);
    setTimeout(() => controller.abort(), 150);
    const startedMs = performance.now();
    const running = bootstrapMetrics(task, actual, challenger, {
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
