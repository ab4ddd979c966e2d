import { z } from 'zod';
import type { StreamRun, StreamSignal } from '../../../contracts/detector.ts';
import { defineDetector, stateDamaged } from './detector.ts';

const options = z.strictObject({
  /** Significance of one cut. */
  delta: z.number().gt(0).lt(1).default(0.002),
  /** Looks for a change every so many rows. */
  clock: z.number().int().positive().default(32),
  /** Buckets of one size before two become one of the next. */
  maxBuckets: z.number().int().min(2).default(5),
  /** Fewest rows on either side of a cut. */
  minWindowLength: z.number().int().positive().default(5),
  /** Rows before it looks. */
  gracePeriod: z.number().int().nonnegative().default(10),
});
const state = z.strictObject({
  width: z.number().int().nonnegative(),
  total: z.number(),
  variance: z.number().nonnegative(),
  /** Totals of the buckets of 1, 2, 4 … rows, oldest first. */
  buckets: z.array(z.array(z.number())).max(64),
});

/** Sizes of buckets: more rows than a number can count. */
const mostSizes = 64;

class AdwinRun implements StreamRun {
  private readonly options: z.infer<typeof options>;
  private readonly stride: number;
  private readonly totals: Float64Array;
  private readonly counts = new Int32Array(mostSizes);
  private sizes = 1;
  private width = 0;
  private total = 0;
  /** Sum of squared deviations in the window. */
  private variance = 0;
  private untilLook: number;

  constructor(given: z.infer<typeof options>, saved?: z.infer<typeof state>) {
    this.options = given;
    this.stride = given.maxBuckets + 1;
    this.totals = new Float64Array(mostSizes * this.stride);
    this.untilLook = given.clock;
    if (saved === undefined) return;
    this.width = saved.width;
    this.total = saved.total;
    this.variance = saved.variance;
    this.sizes = Math.max(1, saved.buckets.length);
    for (const [size, totals] of saved.buckets.entries()) {
      if (totals.length > given.maxBuckets)
        throw stateDamaged('adwin', `buckets.${size}`, `at most ${given.maxBuckets} buckets of one size`);
      this.counts[size] = totals.length;
      this.totals.set(totals, size * this.stride);
    }
    this.untilLook = given.clock - (saved.width % given.clock);
  }

  update(value: number): StreamSignal {
    this.insert(value);
    this.untilLook -= 1;
    if (this.untilLook > 0) return 'none';
    this.untilLook = this.options.clock;
    if (this.width <= this.options.gracePeriod || !this.changed()) return 'none';
    this.counts.fill(0);
    this.sizes = 1;
    this.width = 0;
    this.total = 0;
    this.variance = 0;
    return 'drift';
  }

  private insert(value: number): void {
    const before = this.width;
    this.totals[this.counts[0]++] = value;
    this.width = before + 1;
    if (before > 0) {
      const apart = value - this.total / before;
      this.variance += (before * apart * apart) / this.width;
    }
    this.total += value;
    if (this.counts[0] === this.stride) this.compress();
  }

  /** Two buckets of a size that is full become one of the next size, as far up as it takes. */
  private compress(): void {
    const { totals, counts, stride } = this;
    for (let size = 0; counts[size] === stride; size++) {
      const row = size * stride;
      totals[row + stride + counts[size + 1]++] = totals[row] + totals[row + 1];
      totals.copyWithin(row, row + 2, row + stride);
      counts[size] -= 2;
      if (size + 2 > this.sizes) this.sizes = size + 2;
    }
  }

  /**
   * Whether some cut of the window leaves two means apart. river's ADWIN then shortens the window; as it also starts
   * over at the next row, what it shortened is never seen, nor are the variances of its buckets.
   */
  private changed(): boolean {
    const { totals, counts, stride, width } = this;
    const { minWindowLength, delta } = this.options;
    const bound = Math.log((2 * Math.log(width)) / delta);
    const variance = this.variance / width;
    let olderRows = 0;
    let newerRows = width;
    let older = 0;
    let newer = this.total;
    for (let size = this.sizes - 1; size >= 0; size--) {
      const rows = 2 ** size;
      const end = size * stride + counts[size] - (size === 0 ? 1 : 0);
      for (let at = size * stride; at < end; at++) {
        olderRows += rows;
        newerRows -= rows;
        older += totals[at];
        newer -= totals[at];
        if (newerRows < minWindowLength || olderRows < minWindowLength) continue;
        const parts = 1 / (olderRows - minWindowLength + 1) + 1 / (newerRows - minWindowLength + 1);
        const limit = Math.sqrt(2 * parts * variance * bound) + (2 / 3) * bound * parts;
        if (Math.abs(older / olderRows - newer / newerRows) > limit) return true;
      }
    }
    return false;
  }

  save(): z.infer<typeof state> {
    const { width, total, variance, stride } = this;
    const buckets = Array.from({ length: this.sizes }, (_, size) =>
      Array.from(this.totals.subarray(size * stride, size * stride + this.counts[size])),
    );
    return { width, total, variance, buckets };
  }
}

/** A window that grows while its mean is steady; O(log rows) of memory. */
export const adwin = defineDetector({
  name: 'adwin',
  reference:
    'Bifet and Gavaldà 2007, Learning from Time-Changing Data with Adaptive Windowing; river 0.23 drift.ADWIN',
  input: 'value',
  options,
  state,
  run: (given, saved) => new AdwinRun(given, saved),
});
