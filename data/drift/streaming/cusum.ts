import { z } from 'zod';
import type { StreamRun, StreamSignal } from '../../../contracts/detector.ts';
import { defineDetector } from './detector.ts';
import { momentsSchema, RunningMoments } from './moments.ts';
import { thresholdFor } from './run-length.ts';

const options = z.strictObject({
  /** Mean number of rows between two false alarms. */
  rowsBetweenFalseAlarms: z.number().int().min(1000).default(100_000),
  /** Rows to learn the stable mean from before a change can be found. */
  warmUp: z.number().int().min(30).default(200),
  /** Smallest rise of an error rate that it is designed for. */
  shift: z.number().gt(0).lt(1).default(0.05),
  /** Smallest rise of other values that it is designed for, in standard deviations. */
  shiftDeviations: z.number().gt(0).max(4).default(0.25),
});
const sumSchema = z.strictObject({
  sum: z.number().nonnegative(),
  /** What a value adds: slope × value − offset. */
  slope: z.number(),
  offset: z.number(),
  threshold: z.number(),
});
const state = z.strictObject({
  moments: momentsSchema,
  /** Whether all values so far were 0 or 1. */
  binary: z.boolean(),
  nextFit: z.number().int().nonnegative(),
  /** Values are cut to these, and summed; no sums in the warm-up. */
  low: z.number(),
  high: z.number(),
  sums: z.array(sumSchema),
});
type Sum = z.infer<typeof sumSchema>;

/** A sum for a small rise is slow at a large one: a second is designed for one four times as large. */
const rises = [
  { times: 1, shareOfAlarms: 0.8 },
  { times: 4, shareOfAlarms: 0.2 },
];
/** Deviations beyond which a value counts as this far: one outlier is no change of the mean. */
const farthest = 4;
/** What values that are cut to `farthest` deviations can have, about. */
const mostSkewness = 2;
/** The stable mean is learnt anew whenever there are so many times as many rows. */
const growth = 1.05;

class CusumRun implements StreamRun {
  private readonly options: z.infer<typeof options>;
  private moments: RunningMoments;
  private binary: boolean;
  private nextFit: number;
  private low: number;
  private high: number;
  private sums: Sum[];

  constructor(given: z.infer<typeof options>, saved?: z.infer<typeof state>) {
    this.options = given;
    this.moments = new RunningMoments(saved?.moments);
    this.binary = saved?.binary ?? true;
    this.nextFit = saved?.nextFit ?? given.warmUp;
    this.low = saved?.low ?? 0;
    this.high = saved?.high ?? 0;
    this.sums = saved?.sums ?? [];
  }

  update(value: number): StreamSignal {
    if (this.passed(value < this.low ? this.low : Math.min(value, this.high))) {
      this.moments = new RunningMoments();
      this.binary = true;
      this.nextFit = this.options.warmUp;
      this.sums = [];
      return 'drift';
    }
    if (value !== 0 && value !== 1) this.binary = false;
    this.moments.take(value);
    if (this.moments.rows >= this.nextFit) this.fit();
    return 'none';
  }

  private passed(value: number): boolean {
    let passed = false;
    for (const each of this.sums) {
      const sum = each.sum + each.slope * value - each.offset;
      each.sum = Math.max(sum, 0);
      passed ||= sum > each.threshold;
    }
    return passed;
  }

  private fit(): void {
    const { moments, sums } = this;
    this.nextFit = Math.ceil(moments.rows * growth);
    if (!this.binary && !(moments.deviation > 0)) return;
    const reach = farthest * moments.deviation;
    this.low = this.binary ? 0 : moments.mean - reach;
    this.high = this.binary ? 1 : moments.mean + reach;
    this.sums = rises.map(({ times, shareOfAlarms }, index) => {
      const rows = this.options.rowsBetweenFalseAlarms / shareOfAlarms;
      const step = this.binary ? this.forErrors(times, rows) : this.forValues(times, rows);
      return { sum: sums[index]?.sum ?? 0, ...step };
    });
  }

  /** Log-likelihood ratio of an error rate that has risen by `shift`. */
  private forErrors(times: number, rowsBetween: number): Omit<Sum, 'sum'> {
    const { rows, mean } = this.moments;
    const stable = (mean * rows + 0.5) / (rows + 1);
    const risen = Math.min(stable + times * this.options.shift, (1 + stable) / 2);
    const error = Math.log(risen / stable);
    const right = Math.log((1 - risen) / (1 - stable));
    const slope = error - right;
    const loss = -(stable * error + (1 - stable) * right);
    return {
      slope,
      offset: -right,
      threshold: thresholdFor(rowsBetween, loss, slope * Math.sqrt(stable * (1 - stable)), this.inflation()),
    };
  }

  /** Log-likelihood ratio of a normal mean that has risen by `shiftDeviations`. */
  private forValues(times: number, rowsBetween: number): Omit<Sum, 'sum'> {
    const { mean, deviation, skewness } = this.moments;
    const shift = times * this.options.shiftDeviations;
    const slope = shift / deviation;
    const excess = (shift * Math.max(0, Math.min(skewness, mostSkewness))) / 3;
    // How much slower large sums get rare than with normal values, to the first order.
    const tail = 1 / (1 - Math.min(excess, 0.5));
    return {
      slope,
      offset: slope * mean + shift ** 2 / 2,
      threshold: thresholdFor(rowsBetween, shift ** 2 / 2, shift, tail * this.inflation()),
    };
  }

  /** How much wider sums of neighbouring rows scatter than those of independent ones. */
  private inflation(): number {
    const { rows, correlation } = this.moments;
    if (correlation < 2 / Math.sqrt(rows)) return 1;
    const bounded = Math.min(correlation, 0.95);
    return (1 + bounded) / (1 - bounded);
  }

  save(): z.infer<typeof state> {
    const { binary, nextFit, low, high, sums } = this;
    return {
      moments: this.moments.save(),
      binary,
      nextFit,
      low,
      high,
      sums: sums.map((each) => ({ ...each })),
    };
  }
}

/**
 * Sums the evidence that a mean has risen, with thresholds set for a wanted mean number of rows between false alarms.
 * Zeros and ones are errors of a rate; other values are taken for normal. The stable mean is that of all rows so far.
 */
export const cusum = defineDetector({
  name: 'cusum',
  reference:
    'Page 1954, Continuous Inspection Schemes; Siegmund 1985, Sequential Analysis, for the run length; checked by simulation',
  input: 'value',
  options,
  state,
  run: (given, saved) => new CusumRun(given, saved),
});
