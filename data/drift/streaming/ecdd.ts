import { z } from 'zod';
import type { StreamRun, StreamSignal } from '../../../contracts/detector.ts';
import { defineDetector } from './detector.ts';

const options = z.strictObject({
  /** Weight of the newest row. */
  lambda: z.number().gt(0).max(1).default(0.2),
  /** Mean number of rows between two false alarms, of those that the paper gives limits for. */
  averageRunLength: z.union([z.literal(100), z.literal(400), z.literal(1000)]).default(400),
  /** Share of the limit at which the detector warns. */
  warningLevel: z.number().gt(0).lt(1).default(0.5),
  /** Rows before a change can be found. */
  minInstances: z.number().int().positive().default(30),
});
const state = z.strictObject({ rows: z.number().int().nonnegative(), rate: z.number(), newest: z.number() });

/** Control limits as polynomials of the error rate: coefficients of p⁰, p¹, p³, p⁵ and p⁷. */
const limits = {
  100: [2.76, -6.23, 18.12, -312.45, 1002.18],
  400: [3.97, -6.56, 48.73, -330.13, 848.18],
  1000: [1.17, 7.56, -21.24, 112.12, -987.23],
} as const;

function controlLimit(runLength: keyof typeof limits, rate: number): number {
  const [constant, first, third, fifth, seventh] = limits[runLength];
  return constant + first * rate + third * rate ** 3 + fifth * rate ** 5 + seventh * rate ** 7;
}

class EcddRun implements StreamRun {
  private readonly options: z.infer<typeof options>;
  private rows: number;
  private rate: number;
  private newest: number;

  constructor(given: z.infer<typeof options>, saved = { rows: 0, rate: 0, newest: 0 }) {
    this.options = given;
    this.rows = saved.rows;
    this.rate = saved.rate;
    this.newest = saved.newest;
  }

  update(value: number): StreamSignal {
    const { lambda, averageRunLength, warningLevel, minInstances } = this.options;
    this.rows += 1;
    this.rate += (value - this.rate) / this.rows;
    this.newest = lambda * value + (1 - lambda) * this.newest;
    if (this.rows < minInstances) return 'none';
    const { rows, rate } = this;
    const deviation = Math.sqrt(
      (lambda / (2 - lambda)) * (1 - (1 - lambda) ** (2 * rows)) * (rate * (1 - rate)),
    );
    const limit = controlLimit(averageRunLength, rate);
    if (this.newest > rate + limit * deviation) {
      this.rows = 0;
      this.rate = 0;
      this.newest = 0;
      return 'drift';
    }
    return this.newest > rate + warningLevel * limit * deviation ? 'warning' : 'none';
  }

  save(): z.infer<typeof state> {
    return { rows: this.rows, rate: this.rate, newest: this.newest };
  }
}

/** An exponentially weighted error rate against control limits that follow the overall rate. */
export const ecdd = defineDetector({
  name: 'ecdd',
  reference:
    'Ross et al. 2012, Exponentially Weighted Moving Average Charts for Detecting Concept Drift; frouros 0.9 ECDDWT, reset at each drift',
  input: 'error',
  options,
  state,
  run: (given, saved) => new EcddRun(given, saved),
});
