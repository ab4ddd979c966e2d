import { z } from 'zod';
import type { StreamRun, StreamSignal } from '../../../contracts/detector.ts';
import { defineDetector } from './detector.ts';

const options = z.strictObject({
  driftConfidence: z.number().gt(0).lt(1).default(0.001),
  warningConfidence: z.number().gt(0).lt(1).default(0.005),
  /** Whether a lower mean is drift too. */
  twoSided: z.boolean().default(false),
});
const part = z.strictObject({ rows: z.number().int().nonnegative(), mean: z.number() });
const state = z.strictObject({ all: part, least: part, most: part });
type Part = z.infer<typeof part>;

class HddmARun implements StreamRun {
  private readonly twoSided: boolean;
  /** ln(1/confidence) and ln(2/confidence) of the bounds. */
  private readonly cut: number;
  private readonly drift: number;
  private readonly warning: number;
  private readonly all: Part;
  private readonly least: Part;
  private readonly most: Part;

  constructor(given: z.infer<typeof options>, saved?: z.infer<typeof state>) {
    this.twoSided = given.twoSided;
    this.cut = Math.log(1 / given.driftConfidence);
    this.drift = Math.log(2 / given.driftConfidence);
    this.warning = Math.log(2 / given.warningConfidence);
    this.all = { rows: 0, mean: 0, ...saved?.all };
    this.least = { rows: 0, mean: 0, ...saved?.least };
    this.most = { rows: 0, mean: 0, ...saved?.most };
  }

  update(value: number): StreamSignal {
    const { all, least, most, twoSided } = this;
    all.rows += 1;
    all.mean += (1 / all.rows) * (value - all.mean);
    const bound = this.hoeffding(all.rows);
    if (least.rows === 0 || least.mean + this.hoeffding(least.rows) >= all.mean + bound) keep(all, least);
    if (twoSided && (most.rows === 0 || most.mean - this.hoeffding(most.rows) <= all.mean - bound))
      keep(all, most);
    if (this.rose(this.drift) || (twoSided && this.fell(this.drift))) {
      for (const side of [all, least, most]) keep({ rows: 0, mean: 0 }, side);
      return 'drift';
    }
    return this.rose(this.warning) || (twoSided && this.fell(this.warning)) ? 'warning' : 'none';
  }

  private hoeffding(rows: number): number {
    return Math.sqrt((1 / (2 * rows)) * this.cut);
  }

  private rose(logarithm: number): boolean {
    const { all, least } = this;
    return all.rows !== least.rows && all.mean - least.mean >= apart(all, least, logarithm);
  }

  private fell(logarithm: number): boolean {
    const { all, most } = this;
    return all.rows !== most.rows && most.mean - all.mean >= apart(all, most, logarithm);
  }

  save(): z.infer<typeof state> {
    return { all: { ...this.all }, least: { ...this.least }, most: { ...this.most } };
  }
}

function keep(from: Part, to: Part): void {
  to.rows = from.rows;
  to.mean = from.mean;
}

/** How far the mean of all rows may be from that of its first part. */
function apart(all: Part, part: Part, logarithm: number): number {
  const share = ((all.rows - part.rows) / part.rows) * (1 / all.rows);
  return Math.sqrt((share / 2) * logarithm);
}

/** Hoeffding's bound on the mean of all rows against the mean at the best cut. */
export const hddmA = defineDetector({
  name: 'hddm-a',
  reference:
    'Frías-Blanco et al. 2015, Online and Non-Parametric Drift Detection Methods Based on Hoeffding’s Bounds; river 0.23 drift.binary.HDDM_A',
  input: 'error',
  options,
  state,
  run: (given, saved) => new HddmARun(given, saved),
});
