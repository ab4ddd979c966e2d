import { z } from 'zod';
import type { StreamRun, StreamSignal } from '../../../contracts/detector.ts';
import { defineDetector } from './detector.ts';
import { thresholdFor } from './run-length.ts';

const options = z.strictObject({
  /** Mean number of rows between two false alarms. */
  rowsBetweenFalseAlarms: z.number().int().min(1000).default(100_000),
  /** Rows to learn the stable mean from before a change can be found. */
  warmUp: z.number().int().min(30).default(200),
  /** Rise of an error rate that it is designed for. */
  shift: z.number().gt(0).lt(1).default(0.05),
  /** Rise of other values that it is designed for, in standard deviations. */
  shiftDeviations: z.number().gt(0).max(4).default(0.25),
});
const count = z.number().int().nonnegative();
const state = z.strictObject({
  rows: count,
  /** Whether all values so far were 0 or 1. */
  binary: z.boolean(),
  mean: z.number(),
  /** Sums of squared and cubed deviations, and of products of neighbouring ones. */
  squares: z.number(),
  cubes: z.number(),
  products: z.number(),
  previous: z.number(),
  sum: z.number().nonnegative(),
  nextFit: count,
  /** Step of the sum for a value: slope × value − offset, values cut to low … high. Null in the warm-up. */
  steps: z
    .strictObject({
      slope: z.number(),
      offset: z.number(),
      low: z.number(),
      high: z.number(),
      threshold: z.number(),
    })
    .nullable(),
});
type State = z.infer<typeof state>;

/** Deviations beyond which a value counts as this far: one outlier is no change of the mean. */
const farthest = 4;
/** What values that are cut to `farthest` deviations can have, about. */
const mostSkewness = 2;
/** The stable mean is learnt anew whenever there are so many times as many rows. */
const growth = 1.05;

class CusumRun implements StreamRun {
  private readonly options: z.infer<typeof options>;
  private rows = 0;
  private binary = true;
  private mean = 0;
  private squares = 0;
  private cubes = 0;
  private products = 0;
  private previous = 0;
  private sum = 0;
  private nextFit: number;
  private slope = 0;
  private offset = 0;
  private low = 0;
  private high = 0;
  private threshold = Number.POSITIVE_INFINITY;

  constructor(given: z.infer<typeof options>, saved?: State) {
    this.options = given;
    this.nextFit = given.warmUp;
    if (saved === undefined) return;
    const { steps, ...others } = saved;
    Object.assign(this, others, steps);
  }

  update(value: number): StreamSignal {
    if (this.threshold !== Number.POSITIVE_INFINITY) {
      const within = value < this.low ? this.low : Math.min(value, this.high);
      const sum = this.sum + this.slope * within - this.offset;
      if (sum > this.threshold) {
        this.startOver();
        return 'drift';
      }
      this.sum = Math.max(sum, 0);
    }
    this.learn(value);
    return 'none';
  }

  private startOver(): void {
    this.rows = 0;
    this.binary = true;
    this.mean = 0;
    this.squares = 0;
    this.cubes = 0;
    this.products = 0;
    this.sum = 0;
    this.nextFit = this.options.warmUp;
    this.threshold = Number.POSITIVE_INFINITY;
  }

  private learn(value: number): void {
    if (value !== 0 && value !== 1) this.binary = false;
    this.rows += 1;
    const before = value - this.mean;
    const share = before / this.rows;
    this.mean += share;
    const after = value - this.mean;
    this.cubes += share * (before * after * (this.rows - 2) - 3 * this.squares);
    this.squares += before * after;
    if (this.rows > 1) this.products += after * (this.previous - this.mean);
    this.previous = value;
    if (this.rows >= this.nextFit) this.fit();
  }

  private fit(): void {
    this.nextFit = Math.ceil(this.rows * growth);
    if (this.binary) this.fitErrors();
    else this.fitValues();
  }

  /** Log-likelihood ratio of an error rate that has risen by `shift`. */
  private fitErrors(): void {
    const { rows, mean, options } = this;
    const stable = (mean * rows + 0.5) / (rows + 1);
    const risen = Math.min(stable + options.shift, (1 + stable) / 2);
    const error = Math.log(risen / stable);
    const right = Math.log((1 - risen) / (1 - stable));
    this.slope = error - right;
    this.offset = -right;
    this.low = 0;
    this.high = 1;
    this.calibrate(-(stable * error + (1 - stable) * right), this.slope * Math.sqrt(stable * (1 - stable)));
  }

  /** Log-likelihood ratio of a normal mean that has risen by `shiftDeviations`. */
  private fitValues(): void {
    const shift = this.options.shiftDeviations;
    const deviation = Math.sqrt(this.squares / (this.rows - 1));
    if (!(deviation > 0)) return;
    this.slope = shift / deviation;
    this.offset = this.slope * this.mean + shift ** 2 / 2;
    this.low = this.mean - farthest * deviation;
    this.high = this.mean + farthest * deviation;
    const skewness = this.cubes / this.rows / (this.squares / this.rows) ** 1.5;
    const excess = (shift * Math.max(0, Math.min(skewness, mostSkewness))) / 3;
    this.calibrate(shift ** 2 / 2, shift, 1 / (1 - Math.min(excess, 0.5)));
  }

  /** @param tail how much slower large sums get rare than with normal values: to the first order, by skewness. */
  private calibrate(loss: number, deviation: number, tail = 1): void {
    const inflation = tail * this.inflation();
    this.threshold = thresholdFor(this.options.rowsBetweenFalseAlarms, loss, deviation, inflation);
  }

  /** How much wider sums of neighbouring rows scatter than those of independent ones, by their lag-1 correlation. */
  private inflation(): number {
    const correlation = this.squares > 0 ? this.products / this.squares : 0;
    if (correlation < 2 / Math.sqrt(this.rows)) return 1;
    const bounded = Math.min(correlation, 0.95);
    return (1 + bounded) / (1 - bounded);
  }

  save(): State {
    const { rows, binary, mean, squares, cubes, products, previous, sum, nextFit } = this;
    const { slope, offset, low, high, threshold } = this;
    const steps = Number.isFinite(threshold) ? { slope, offset, low, high, threshold } : null;
    return { rows, binary, mean, squares, cubes, products, previous, sum, nextFit, steps };
  }
}

/**
 * Sums the evidence that a mean has risen, with a threshold set for a wanted mean number of rows between false alarms.
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
