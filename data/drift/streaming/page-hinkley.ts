import { z } from 'zod';
import type { StreamRun, StreamSignal } from '../../../contracts/detector.ts';
import { defineDetector } from './detector.ts';

const options = z.strictObject({
  /** Rows before a change can be found. */
  minInstances: z.number().int().positive().default(30),
  /** Change of the mean that is let pass. */
  delta: z.number().nonnegative().default(0.005),
  /** Sum of deviations at which drift is found. */
  threshold: z.number().positive().default(50),
  /** Forgetting factor of the sums. */
  alpha: z
    .number()
    .gt(0)
    .max(1)
    .default(1 - 0.0001),
  mode: z.enum(['up', 'down', 'both']).default('both'),
});
const state = z.strictObject({
  rows: z.number().int().nonnegative(),
  mean: z.number(),
  increase: z.number(),
  decrease: z.number(),
  /** Null before the first row. */
  leastIncrease: z.number().nullable(),
  mostDecrease: z.number(),
});

class PageHinkleyRun implements StreamRun {
  private readonly options: z.infer<typeof options>;
  private rows = 0;
  private mean = 0;
  private increase = 0;
  private decrease = 0;
  private leastIncrease = Number.POSITIVE_INFINITY;
  private mostDecrease = -1;

  constructor(given: z.infer<typeof options>, saved?: z.infer<typeof state>) {
    this.options = given;
    if (saved === undefined) return;
    const { leastIncrease, ...others } = saved;
    Object.assign(this, others);
    this.leastIncrease = leastIncrease ?? Number.POSITIVE_INFINITY;
  }

  update(value: number): StreamSignal {
    const { minInstances, delta, alpha } = this.options;
    this.rows += 1;
    this.mean += (1 / this.rows) * (value - this.mean);
    const deviation = value - this.mean;
    this.increase = alpha * this.increase + deviation - delta;
    this.decrease = alpha * this.decrease + deviation + delta;
    if (this.increase < this.leastIncrease) this.leastIncrease = this.increase;
    if (this.decrease > this.mostDecrease) this.mostDecrease = this.decrease;
    if (this.rows < minInstances || !this.passed()) return 'none';
    this.rows = 0;
    this.mean = 0;
    this.increase = 0;
    this.decrease = 0;
    this.leastIncrease = Number.POSITIVE_INFINITY;
    this.mostDecrease = -1;
    return 'drift';
  }

  private passed(): boolean {
    const { threshold, mode } = this.options;
    return (
      (mode !== 'down' && this.increase - this.leastIncrease > threshold) ||
      (mode !== 'up' && this.mostDecrease - this.decrease > threshold)
    );
  }

  save(): z.infer<typeof state> {
    const { rows, mean, increase, decrease, leastIncrease, mostDecrease } = this;
    return {
      rows,
      mean,
      increase,
      decrease,
      leastIncrease: Number.isFinite(leastIncrease) ? leastIncrease : null,
      mostDecrease,
    };
  }
}

/** Cumulated deviations from the running mean, in both directions, with forgetting. */
export const pageHinkley = defineDetector({
  name: 'page-hinkley',
  reference: 'Page 1954, Continuous Inspection Schemes; river 0.23 drift.PageHinkley',
  input: 'value',
  options,
  state,
  run: (given, saved) => new PageHinkleyRun(given, saved),
});
