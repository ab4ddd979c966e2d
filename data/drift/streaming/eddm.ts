import { z } from 'zod';
import type { StreamRun, StreamSignal } from '../../../contracts/detector.ts';
import { defineDetector } from './detector.ts';

const options = z
  .strictObject({
    /** Rows, and errors, before a change can be found. */
    warmStart: z.number().int().positive().default(30),
    /** Share of the longest distance between errors below which the detector warns. */
    alpha: z.number().positive().max(1).default(0.95),
    /** The same for drift. */
    beta: z.number().positive().max(1).default(0.9),
  })
  .refine(({ alpha, beta }) => alpha >= beta, { path: ['alpha'], message: 'at least beta' });
const count = z.number().int().nonnegative();
const state = z.strictObject({
  rows: count,
  lastError: count,
  errors: count,
  meanDistance: z.number(),
  squares: z.number(),
  longest: z.number(),
  warning: z.boolean(),
});

const fresh: z.infer<typeof state> = {
  rows: 0,
  lastError: 0,
  errors: 0,
  meanDistance: 0,
  squares: 0,
  longest: -1,
  warning: false,
};

class EddmRun implements StreamRun {
  private readonly options: z.infer<typeof options>;
  private at: z.infer<typeof state>;

  constructor(given: z.infer<typeof options>, saved = fresh) {
    this.options = given;
    this.at = { ...saved };
  }

  update(value: number): StreamSignal {
    this.at.rows += 1;
    if (value === 1 && this.error()) {
      this.at = { ...fresh };
      return 'drift';
    }
    return this.at.warning ? 'warning' : 'none';
  }

  /** Takes an error's distance from the last one; true where distances have become too short. */
  private error(): boolean {
    const { at, options } = this;
    at.errors += 1;
    const distance = at.rows - at.lastError;
    const before = at.meanDistance;
    at.meanDistance += (1 / at.errors) * (distance - before);
    at.squares += (distance - before) * (distance - at.meanDistance);
    at.lastError = at.rows;
    if (at.rows <= options.warmStart) return false;
    const deviation = at.errors > 1 ? Math.sqrt(at.squares / (at.errors - 1)) : 0;
    const reach = at.meanDistance + 2 * deviation;
    if (reach > at.longest) {
      at.longest = reach;
      return false;
    }
    if (at.errors <= options.warmStart) return false;
    const level = reach / at.longest;
    if (level < options.beta) return true;
    at.warning = level < options.alpha;
    return false;
  }

  save(): z.infer<typeof state> {
    return { ...this.at };
  }
}

/** The mean distance between two errors against its longest so far. */
export const eddm = defineDetector({
  name: 'eddm',
  reference: 'Baena-García et al. 2006, Early Drift Detection Method; river 0.23 drift.binary.EDDM',
  input: 'error',
  options,
  state,
  run: (given, saved) => new EddmRun(given, saved),
});
