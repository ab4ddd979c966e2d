import { z } from 'zod';
import type { StreamRun, StreamSignal } from '../../../contracts/detector.ts';
import { defineDetector } from './detector.ts';

const options = z.strictObject({
  /** Rows before a change can be found. */
  warmStart: z.number().int().positive().default(30),
  /** Standard deviations above the lowest error rate. */
  warningThreshold: z.number().positive().default(2),
  driftThreshold: z.number().positive().default(3),
});
const state = z.strictObject({
  rows: z.number().int().nonnegative(),
  rate: z.number(),
  /** Error rate and its deviation where their sum was lowest; null before. */
  lowest: z.strictObject({ rate: z.number(), deviation: z.number() }).nullable(),
});

class DdmRun implements StreamRun {
  private readonly options: z.infer<typeof options>;
  private rows = 0;
  private rate = 0;
  private lowestRate = Number.NaN;
  private lowestDeviation = Number.NaN;
  private lowestSum = Number.POSITIVE_INFINITY;

  constructor(given: z.infer<typeof options>, saved?: z.infer<typeof state>) {
    this.options = given;
    if (saved === undefined) return;
    this.rows = saved.rows;
    this.rate = saved.rate;
    if (saved.lowest !== null) this.keepLowest(saved.lowest.rate, saved.lowest.deviation);
  }

  private keepLowest(rate: number, deviation: number): void {
    this.lowestRate = rate;
    this.lowestDeviation = deviation;
    this.lowestSum = rate + deviation;
  }

  update(value: number): StreamSignal {
    this.rows += 1;
    this.rate += (1 / this.rows) * (value - this.rate);
    const { rate, rows, options } = this;
    if (rows <= options.warmStart) return 'none';
    const deviation = Math.sqrt((rate * (1 - rate)) / rows);
    const sum = rate + deviation;
    if (sum <= this.lowestSum) this.keepLowest(rate, deviation);
    if (sum > this.lowestRate + options.driftThreshold * this.lowestDeviation) {
      this.rows = 0;
      this.rate = 0;
      this.lowestRate = Number.NaN;
      this.lowestDeviation = Number.NaN;
      this.lowestSum = Number.POSITIVE_INFINITY;
      return 'drift';
    }
    return sum > this.lowestRate + options.warningThreshold * this.lowestDeviation ? 'warning' : 'none';
  }

  save(): z.infer<typeof state> {
    const lowest = Number.isNaN(this.lowestRate)
      ? null
      : { rate: this.lowestRate, deviation: this.lowestDeviation };
    return { rows: this.rows, rate: this.rate, lowest };
  }
}

/** The error rate against its lowest so far: slow after a long stable stretch, as the method is. */
export const ddm = defineDetector({
  name: 'ddm',
  reference: 'Gama et al. 2004, Learning with Drift Detection; river 0.23 drift.binary.DDM',
  input: 'error',
  options,
  state,
  run: (given, saved) => new DdmRun(given, saved),
});
