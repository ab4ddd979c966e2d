import { z } from 'zod';

/** rmse, mae and intervalWidth in the target's unit; r2 and coverage without unit; cv = 100·rmse/mean(actual), in percent. */
export const regressionMetricNames = ['rmse', 'mae', 'r2', 'cv', 'coverage', 'intervalWidth'] as const;
/** Of a regression's intervals: told, and no goal. The widest cover most, and the narrowest need cover nothing. */
const intervalMetricNames: readonly string[] = ['coverage', 'intervalWidth'];
/** Shares 0..1 but logLoss (nats) and brier (0..2, summed over classes). rocAuc is one against the rest, unweighted mean. */
export const classificationMetricNames = [
  'accuracy',
  'balancedAccuracy',
  'macroF1',
  'weightedF1',
  'macroPrecision',
  'macroRecall',
  'logLoss',
  'brier',
  'ece',
  'rocAuc',
] as const;
export const metricNames = [...regressionMetricNames, ...classificationMetricNames] as const;
export type MetricName = (typeof metricNames)[number];
export const metricNameSchema = z.enum(metricNames);

/** What models of a task may be chosen by. */
export const goalMetricsOf = (task: 'regression' | 'classification'): readonly string[] =>
  task === 'classification'
    ? classificationMetricNames
    : regressionMetricNames.filter((name) => !intervalMetricNames.includes(name));

const lowerIsBetter: readonly MetricName[] = [
  'rmse',
  'mae',
  'cv',
  'intervalWidth',
  'logLoss',
  'brier',
  'ece',
];
/** Whether less of it is better. Of coverage more is, though it has a level to meet. */
export const isLowerBetter = (metric: MetricName): boolean => lowerIsBetter.includes(metric);
/** A loss is what a search lowers: the metric itself, or its negative where higher is better. Its own inverse. */
export const asLoss = (metric: MetricName, value: number): number => (isLowerBetter(metric) ? value : -value);

/** A point estimate with its percentile bootstrap interval (95 %). */
export const estimateSchema = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });
export type Estimate = z.infer<typeof estimateSchema>;

/** The metrics of a pipeline's task, in the order of the names above. */
export const metricsSchema = z.partialRecord(metricNameSchema, estimateSchema);
export type Metrics = z.infer<typeof metricsSchema>;
