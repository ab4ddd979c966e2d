/** A statistical forecaster of one series: a baseline that models are measured against, not one that is served. */
export interface Forecaster {
  name: string;
  /**
   * Fits a series and says how it goes on.
   * @param values one per interval, oldest first, finite; at least two of the longest period.
   * @param periods lengths of its cycles in intervals, ascending; empty where it has none.
   * @param steps how many intervals ahead.
   */
  forecast(values: Float64Array, periods: number[], steps: number): Promise<Float64Array>;
}
