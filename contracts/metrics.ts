import { z } from 'zod';

export const regressionMetricNames = ['rmse', 'mae', 'r2', 'cv'] as const;
export type MetricName = (typeof regressionMetricNames)[number];
/** rmse and mae in the target's unit; r2 without unit; cv = 100·rmse/mean(actual), in percent. */
export const metricNameSchema = z.enum(regressionMetricNames);

export const isLowerBetter = (metric: MetricName): boolean => metric !== 'r2';

/** A point estimate with its percentile bootstrap interval (95 %). */
export const estimateSchema = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

export const metricsSchema = z.record(metricNameSchema, estimateSchema);
export type Metrics = z.infer<typeof metricsSchema>;
