import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { z } from 'zod';
import type { StreamRun, StreamSignal } from '../../../contracts/detector.ts';
import { BitWindow, bitsSchema } from './bits.ts';
import { defineDetector } from './detector.ts';

const options = z.strictObject({
  /** Significance of drift and of a warning. */
  alphaDrift: z.number().gt(0).lt(1).default(0.003),
  alphaWarning: z.number().gt(0).lt(1).default(0.05),
  /** Rows of the newest window; twice as many before a change can be found. */
  window: z.number().int().positive().default(30),
});
const count = z.number().int().nonnegative();
const state = z.strictObject({ rows: count, errors: count, newest: bitsSchema });

class StepdRun implements StreamRun {
  private readonly options: z.infer<typeof options>;
  private rows: number;
  private errors: number;
  private newest: BitWindow;

  constructor(given: z.infer<typeof options>, saved?: z.infer<typeof state>) {
    this.options = given;
    this.rows = saved?.rows ?? 0;
    this.errors = saved?.errors ?? 0;
    this.newest = new BitWindow(given.window, saved?.newest);
  }

  update(value: number): StreamSignal {
    const bit = value === 0 ? 0 : 1;
    this.rows += 1;
    this.errors += bit;
    this.newest.push(bit);
    if (this.rows < 2 * this.options.window) return 'none';
    const pValue = this.pValue();
    if (pValue < this.options.alphaDrift) {
      this.rows = 0;
      this.errors = 0;
      this.newest.keep(0);
      return 'drift';
    }
    return pValue < this.options.alphaWarning ? 'warning' : 'none';
  }

  /** As frouros: of the magnitude of the corrected statistic, which is infinite where all rows are alike. */
  private pValue(): number {
    const { rows, errors, newest } = this;
    const rate = errors / rows;
    const earlier = rows - newest.size;
    const parts = 1 / earlier + 1 / newest.size;
    const difference = Math.abs((errors - newest.ones) / earlier - newest.ones / newest.size);
    const statistic = (difference - 0.5 * parts) / Math.sqrt(rate * (1 - rate) * parts);
    return normalCdf(-Math.abs(statistic), 0, 1);
  }

  save(): z.infer<typeof state> {
    return { rows: this.rows, errors: this.errors, newest: this.newest.save() };
  }
}

/**
 * The error rate of the newest rows against that of all before, by the test of equal proportions. With frouros it takes
 * the magnitude of a statistic that the continuity correction made negative, so a stream without any error alarms.
 */
export const stepd = defineDetector({
  name: 'stepd',
  reference:
    'Nishida and Yamauchi 2007, Detecting Concept Drift Using Statistical Testing; frouros 0.9 STEPD, reset at each drift',
  input: 'error',
  options,
  state,
  run: (given, saved) => new StepdRun(given, saved),
});
