import type { Task } from '../../contracts/estimator.ts';
import { isLowerBetter, type MetricName, type Metrics, metricNames } from '../../contracts/metrics.ts';
import { momentsOf } from '../moments.ts';
import { quantile } from '../quantile.ts';
import { seededRandom } from '../random.ts';
import { comparisonOf } from './compare.ts';
import type { Comparison, MetricValues } from './comparison.ts';
import type { Predictions } from './predictions.ts';

export type BootstrapTask =
  | {
      kind: 'standard-error';
      task: Task;
      actual: Float64Array;
      predictions: Predictions;
      metric: MetricName;
      seed: number;
      resamples: number;
    }
  | {
      kind: 'metrics';
      task: Task;
      actual: Float64Array;
      predictions: Predictions;
      seed: number;
      resamples: number;
    }
  | {
      kind: 'paired';
      task: Task;
      actual: Float64Array;
      challenger: Predictions;
      champion: Predictions;
      metric: MetricName;
      seed: number;
      resamples: number;
      confidence: number;
    };
export interface PairedImprovement {
  value: number;
  low: number;
  high: number;
}

const metricsConfidence = 0.95;

export default function bootstrap(task: BootstrapTask): Metrics | PairedImprovement | number {
  if (task.kind === 'standard-error') return standardError(task);
  return task.kind === 'metrics' ? intervals(task) : improvement(task);
}

function intervals(input: BootstrapTask & { kind: 'metrics' }): Metrics {
  const comparison = comparisonOf(input.task, input.actual, input.predictions);
  const point = comparison.metrics();
  const draws = resampledMetrics([comparison], input).map(([metrics]) => metrics);
  return Object.fromEntries(
    metricNames
      .filter((name) => point[name] !== undefined)
      .map((name) => {
        const values = Float64Array.from(draws, (metrics) => metrics[name] ?? Number.NaN);
        return [name, { value: point[name], ...interval(values, metricsConfidence) }];
      }),
  ) as Metrics;
}

function standardError(input: BootstrapTask & { kind: 'standard-error' }): number {
  const comparison = comparisonOf(input.task, input.actual, input.predictions);
  const { metric } = input;
  const draws = resampledMetrics([comparison], input, metric).map(
    ([metrics]) => metrics[metric] ?? Number.NaN,
  );
  return Math.sqrt(momentsOf(draws).squares / (draws.length - 1));
}

function improvement(input: BootstrapTask & { kind: 'paired' }): PairedImprovement {
  const { task, actual, challenger, champion, metric, confidence } = input;
  const comparisons = [challenger, champion].map((predictions) => comparisonOf(task, actual, predictions));
  const compare = (pair: MetricValues[]): number => {
    const [ours, theirs] = pair.map((metrics) => metrics[metric] ?? Number.NaN);
    return relativeImprovement(metric, ours, theirs);
  };
  const value = compare(comparisons.map((comparison) => comparison.metrics(undefined, metric)));
  const draws = resampledMetrics(comparisons, input, metric).map(compare);
  return { value, ...interval(Float64Array.from(draws), confidence) };
}

/** The metrics of each comparison on each resample of the rows, drawn with replacement. */
function resampledMetrics(
  comparisons: Comparison[],
  { seed, resamples }: { seed: number; resamples: number },
  only?: MetricName,
): MetricValues[][] {
  const random = seededRandom(seed, 'bootstrap');
  const [{ rows }] = comparisons;
  const counts = new Int32Array(rows);
  return Array.from({ length: resamples }, () => {
    counts.fill(0);
    for (let i = 0; i < rows; i++) counts[random.integer(rows)]++;
    return comparisons.map((comparison) => comparison.metrics(counts, only));
  });
}

function relativeImprovement(metric: MetricName, challenger: number, champion: number): number {
  const gain = isLowerBetter(metric) ? champion - challenger : challenger - champion;
  return champion === 0 ? 100 * Math.sign(gain) : (100 * gain) / Math.abs(champion);
}

function interval(values: Float64Array, confidence: number): { low: number; high: number } {
  const sorted = values.sort();
  const tail = (1 - confidence) / 2;
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}
