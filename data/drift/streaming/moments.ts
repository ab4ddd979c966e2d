import { z } from 'zod';

export const momentsSchema = z.strictObject({
  rows: z.number().int().nonnegative(),
  mean: z.number(),
  /** Sums of squared and cubed deviations, and of products of neighbouring ones. */
  squares: z.number(),
  cubes: z.number(),
  products: z.number(),
  previous: z.number(),
});

/** Mean, deviation, skewness and lag-1 correlation of all values so far, by Welford's updates. */
export class RunningMoments {
  rows = 0;
  mean = 0;
  private squares = 0;
  private cubes = 0;
  private products = 0;
  private previous = 0;

  constructor(saved?: z.infer<typeof momentsSchema>) {
    Object.assign(this, saved);
  }

  take(value: number): void {
    this.rows += 1;
    const before = value - this.mean;
    const share = before / this.rows;
    this.mean += share;
    const after = value - this.mean;
    this.cubes += share * (before * after * (this.rows - 2) - 3 * this.squares);
    this.squares += before * after;
    if (this.rows > 1) this.products += after * (this.previous - this.mean);
    this.previous = value;
  }

  /** With n − 1; NaN below two values. */
  get deviation(): number {
    return Math.sqrt(this.squares / (this.rows - 1));
  }

  /** NaN where all values are equal. */
  get skewness(): number {
    return this.cubes / this.rows / (this.squares / this.rows) ** 1.5;
  }

  /** Of neighbouring values; 0 where all are equal. */
  get correlation(): number {
    return this.squares > 0 ? this.products / this.squares : 0;
  }

  save(): z.infer<typeof momentsSchema> {
    const { rows, mean, squares, cubes, products, previous } = this;
    return { rows, mean, squares, cubes, products, previous };
  }
}
