import type { MetricName, Metrics } from '../../contracts/metrics.ts';
import { runInPool } from '../pool.ts';
import type { BootstrapTask, PairedImprovement } from './bootstrap.worker.ts';

const worker = new URL('./bootstrap.worker.ts', import.meta.url);

/**
 * Every regression metric with its 95 % percentile bootstrap interval (Efron & Tibshirani 1993, ch. 13).
 * Runs on another thread; equal input and seed give equal intervals.
 * @throws RelevoError CANCELLED when `signal` fires.
 */
export const bootstrapMetrics = (
  actual: Float64Array,
  predicted: Float64Array,
  { seed, resamples, signal }: { seed: number; resamples: number; signal?: AbortSignal },
): Promise<Metrics> =>
  runInPool<BootstrapTask, Metrics>(worker, { kind: 'metrics', actual, predicted, seed, resamples }, signal);

/**
 * By how many percent the challenger's metric is better than the champion's, above 0 where it is better, with
 * the two-sided percentile interval over paired resamples: each resample takes the same rows for both.
 * Where the champion's metric is 0, the improvement is 0 (equal), 100 or −100.
 * @throws RelevoError CANCELLED when `signal` fires.
 */
export const pairedBootstrap = (
  actual: Float64Array,
  challenger: Float64Array,
  champion: Float64Array,
  options: { metric: MetricName; seed: number; resamples: number; confidence: number; signal?: AbortSignal },
): Promise<PairedImprovement> => {
  const { signal, ...rest } = options;
  const task: BootstrapTask = { kind: 'paired', actual, challenger, champion, ...rest };
  return runInPool<BootstrapTask, PairedImprovement>(worker, task, signal);
};
