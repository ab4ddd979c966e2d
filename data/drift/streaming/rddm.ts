import { z } from 'zod';
import type { StreamRun, StreamSignal } from '../../../contracts/detector.ts';
import { BitWindow, bitsSchema } from './bits.ts';
import { defineDetector } from './detector.ts';

const options = z.strictObject({
  /** Standard deviations above the lowest error rate. */
  warningLevel: z.number().positive().default(1.773),
  driftLevel: z.number().positive().default(2.258),
  /** Rows after which a stable concept is learnt anew from its newest rows … */
  maxConceptRows: z.number().int().positive().default(40_000),
  /** … so many of them. */
  minConceptRows: z.number().int().positive().default(7_000),
  /** A warning of so many rows is drift. */
  maxWarningRows: z.number().int().positive().default(1_400),
  /** Rows before a change can be found. */
  minInstances: z.number().int().positive().default(129),
});
const count = z.number().int().nonnegative();
const state = z.strictObject({
  rows: count,
  averaged: count,
  rate: z.number(),
  lowest: z.strictObject({ rate: z.number(), deviation: z.number() }).nullable(),
  warnings: count,
  shrinks: z.boolean(),
  newest: bitsSchema,
});

class RddmRun implements StreamRun {
  private readonly options: z.infer<typeof options>;
  private rows = 0;
  /** Rows in the mean: one more than `rows` once the concept was cut. */
  private averaged = 0;
  private rate = 0;
  private lowest: { rate: number; deviation: number } | null = null;
  /** Rows in a row that warned. */
  private warnings = 0;
  /** Whether the next row learns the concept anew from its newest rows. */
  private shrinks = false;
  private readonly newest: BitWindow;

  constructor(given: z.infer<typeof options>, saved?: z.infer<typeof state>) {
    this.options = given;
    this.newest = new BitWindow(given.minConceptRows, saved?.newest);
    if (saved === undefined) return;
    this.rows = saved.rows;
    this.averaged = saved.averaged;
    this.rate = saved.rate;
    this.lowest = saved.lowest;
    this.warnings = saved.warnings;
    this.shrinks = saved.shrinks;
  }

  update(value: number): StreamSignal {
    if (this.shrinks) this.shrink();
    else this.rows += 1;
    this.newest.push(value === 0 ? 0 : 1);
    this.averaged += 1;
    this.rate += (value - this.rate) / this.averaged;
    if (this.rows < this.options.minInstances) return 'none';
    const signal = this.judge();
    if (signal === 'drift') this.startOver();
    return signal;
  }

  private judge(): StreamSignal {
    const { rows, rate, options } = this;
    const deviation = Math.sqrt((rate * (1 - rate)) / rows);
    const sum = rate + deviation;
    if (this.lowest === null || sum < this.lowest.rate + this.lowest.deviation)
      this.lowest = { rate, deviation };
    if (sum > this.lowest.rate + options.driftLevel * this.lowest.deviation) {
      if (this.warnings === 0) this.newest.keep(1);
      return 'drift';
    }
    if (sum > this.lowest.rate + options.warningLevel * this.lowest.deviation) {
      if (this.warnings >= options.maxWarningRows) {
        this.newest.keep(1);
        return 'drift';
      }
      this.warnings += 1;
      return 'warning';
    }
    this.warnings = 0;
    this.shrinks = rows >= options.maxConceptRows;
    return 'none';
  }

  /** As frouros' `reset`: the window of newest rows and the count of warnings outlive a drift. */
  private startOver(): void {
    this.rows = 0;
    this.averaged = 0;
    this.rate = 0;
    this.lowest = null;
    this.shrinks = false;
  }

  /** Learns the concept anew from its newest rows; the row at hand is averaged but, with frouros, not counted. */
  private shrink(): void {
    this.startOver();
    this.warnings = 0;
    const { newest } = this;
    for (let place = 0; place < newest.size; place++) {
      this.averaged += 1;
      this.rate += (newest.at(place) - this.rate) / this.averaged;
    }
    this.rows = newest.size;
  }

  save(): z.infer<typeof state> {
    const { rows, averaged, rate, lowest, warnings, shrinks } = this;
    return { rows, averaged, rate, lowest, warnings, shrinks, newest: this.newest.save() };
  }
}

/** DDM that forgets: a long concept is cut to its newest rows, and a long warning is drift. */
export const rddm = defineDetector({
  name: 'rddm',
  reference:
    'Barros et al. 2017, RDDM: Reactive Drift Detection Method; frouros 0.9 RDDM, reset at each drift',
  input: 'error',
  options,
  state,
  run: (given, saved) => new RddmRun(given, saved),
});
