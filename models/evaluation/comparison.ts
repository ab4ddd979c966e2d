import type { MetricName } from '../../contracts/metrics.ts';

export type MetricValues = Partial<Record<MetricName, number>>;

/** Predictions beside what came true, taken apart so that any resample of the rows is judged quickly. */
export interface Comparison {
  rows: number;
  /**
   * @param counts how often each row is taken; once each where absent.
   * @param only leaves out other metrics where they would cost much.
   */
  metrics(counts?: Int32Array, only?: MetricName): MetricValues;
}
