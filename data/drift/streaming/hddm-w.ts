import { z } from 'zod';
import type { StreamRun, StreamSignal } from '../../../contracts/detector.ts';
import { defineDetector } from './detector.ts';

const options = z.strictObject({
  driftConfidence: z.number().gt(0).lt(1).default(0.001),
  warningConfidence: z.number().gt(0).lt(1).default(0.005),
  /** Weight of the newest row. */
  lambda: z.number().gt(0).lt(1).default(0.05),
  /** Whether a lower mean is drift too. */
  twoSided: z.boolean().default(false),
});
/** A weighted mean and the sum of its squared weights; `rows` says only whether there is one. */
const part = z.strictObject({ any: z.boolean(), mean: z.number(), weights: z.number() });
const side = z.strictObject({ before: part, after: part, cut: z.number().nullable() });
const state = z.strictObject({ all: part, up: side, down: side });
type Part = z.infer<typeof part>;

const emptyPart = (): Part => ({ any: false, mean: 0, weights: 1 });

/** One direction: the stream up to the cut, and since. */
class Side {
  before: Part;
  after: Part;
  cut: number;

  constructor(saved?: z.infer<typeof side>) {
    this.before = { ...emptyPart(), ...saved?.before };
    this.after = { ...emptyPart(), ...saved?.after };
    this.cut = saved?.cut ?? Number.POSITIVE_INFINITY;
  }

  save(): z.infer<typeof side> {
    const { before, after, cut } = this;
    return { before: { ...before }, after: { ...after }, cut: Number.isFinite(cut) ? cut : null };
  }
}

class HddmWRun implements StreamRun {
  private readonly lambda: number;
  private readonly twoSided: boolean;
  private readonly driftLogarithm: number;
  private readonly warningLogarithm: number;
  private all: Part;
  private up: Side;
  private down: Side;

  constructor(given: z.infer<typeof options>, saved?: z.infer<typeof state>) {
    this.lambda = given.lambda;
    this.twoSided = given.twoSided;
    this.driftLogarithm = Math.log(1 / given.driftConfidence);
    this.warningLogarithm = Math.log(1 / given.warningConfidence);
    this.all = { ...emptyPart(), ...saved?.all };
    this.up = new Side(saved?.up);
    this.down = new Side(saved?.down);
  }

  update(value: number): StreamSignal {
    this.take(this.all, value);
    const reach = Math.sqrt((this.all.weights * this.driftLogarithm) / 2);
    this.follow(this.up, this.all.mean + reach, value);
    // A fall of the mean is a rise of its negative: the cut is kept negated.
    if (this.twoSided) this.follow(this.down, reach - this.all.mean, value);
    if (this.moved(this.driftLogarithm)) {
      this.all = emptyPart();
      this.up = new Side();
      this.down = new Side();
      return 'drift';
    }
    return this.moved(this.warningLogarithm) ? 'warning' : 'none';
  }

  private take(to: Part, value: number): void {
    const { lambda } = this;
    // As river's EWMean, which takes a mean of zero for none yet.
    to.mean = to.mean === 0 ? value : lambda * value + (1 - lambda) * to.mean;
    to.weights = lambda * lambda + (1 - lambda) ** 2 * to.weights;
    to.any = true;
  }

  private follow(side: Side, cut: number, value: number): void {
    if (cut < side.cut) {
      side.cut = cut;
      side.before.any = this.all.any;
      side.before.mean = this.all.mean;
      side.before.weights = this.all.weights;
      side.after.any = false;
      side.after.mean = 0;
      side.after.weights = 1;
    } else this.take(side.after, value);
  }

  private moved(logarithm: number): boolean {
    const { up, down, twoSided } = this;
    return (
      apart(up, logarithm, up.after.mean - up.before.mean) ||
      (twoSided && apart(down, logarithm, down.before.mean - down.after.mean))
    );
  }

  save(): z.infer<typeof state> {
    return { all: { ...this.all }, up: this.up.save(), down: this.down.save() };
  }
}

/** McDiarmid's bound. */
const apart = ({ before, after }: Side, logarithm: number, difference: number): boolean =>
  before.any && after.any && difference > Math.sqrt(((before.weights + after.weights) * logarithm) / 2);

/** Exponentially weighted means before and after the best cut, by McDiarmid's bound. */
export const hddmW = defineDetector({
  name: 'hddm-w',
  reference:
    'Frías-Blanco et al. 2015, Online and Non-Parametric Drift Detection Methods Based on Hoeffding’s Bounds; river 0.23 drift.binary.HDDM_W',
  input: 'error',
  options,
  state,
  run: (given, saved) => new HddmWRun(given, saved),
});
