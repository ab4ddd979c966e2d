import {
  isLowerBetter,
  type MetricName,
  type Metrics,
  regressionMetricNames,
} from '../../contracts/metrics.ts';
import { quantile } from '../quantile.ts';
import { seededRandom } from '../random.ts';
import { comparisonOf, metricsFromSums, regressionMetrics, sumRows } from './metrics.ts';

export type BootstrapTask =
  | { kind: 'metrics'; actual: Float64Array; predicted: Float64Array; seed: number; resamples: number }
  | {
      kind: 'paired';
      actual: Float64Array;
      challenger: Float64Array;
      champion: Float64Array;
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

export default function bootstrap(task: BootstrapTask): Metrics | PairedImprovement {
  return task.kind === 'metrics' ? intervals(task) : improvement(task);
}

function intervals({ actual, predicted, seed, resamples }: BootstrapTask & { kind: 'metrics' }): Metrics {
  const point = regressionMetrics(actual, predicted);
  const draws = resampledMetrics(actual, [predicted], seed, resamples).map(([metrics]) => metrics);
  return Object.fromEntries(
    regressionMetricNames.map((name) => {
      const values = Float64Array.from(draws, (metrics) => metrics[name]);
      return [name, { value: point[name], ...interval(values, metricsConfidence) }];
    }),
  ) as Metrics;
}

function improvement(task: BootstrapTask & { kind: 'paired' }): PairedImprovement {
  const { actual, challenger, champion, metric, seed, resamples, confidence } = task;
  const compare = (pair: Record<MetricName, number>[]): number =>
    relativeImprovement(metric, pair[0][metric], pair[1][metric]);
  const value = compare([regressionMetrics(actual, challenger), regressionMetrics(actual, champion)]);
  const draws = resampledMetrics(actual, [challenger, champion], seed, resamples).map(compare);
  return { value, ...interval(Float64Array.from(draws), confidence) };
}

/** The metrics of each prediction on each resample of the rows, drawn with replacement. */
function resampledMetrics(
  actual: Float64Array,
  predictions: Float64Array[],
  seed: number,
  resamples: number,
): Record<MetricName, number>[][] {
  const random = seededRandom(seed, 'bootstrap');
  const comparisons = predictions.map((predicted) => comparisonOf(actual, predicted));
  const drawn = new Int32Array(actual.length);
  return Array.from({ length: resamples }, () => {
    for (let i = 0; i < drawn.length; i++) drawn[i] = random.integer(drawn.length);
    return comparisons.map((comparison) => metricsFromSums(sumRows(comparison, drawn)));
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
