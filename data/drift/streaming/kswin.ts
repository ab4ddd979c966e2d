import { z } from 'zod';
import type { StreamRun, StreamSignal } from '../../../contracts/detector.ts';
import { defineDetector, stateDamaged } from './detector.ts';
import { mersenneSchema, PythonRandom } from './mersenne.ts';

const options = z
  .strictObject({
    alpha: z.number().gt(0).lt(1).default(0.005),
    /** Rows in the window, and the newest of them that are compared with as many drawn from the others. */
    windowSize: z.number().int().min(4).max(10_000).default(100),
    statSize: z.number().int().min(2).max(5_000).default(30),
    /** Of the drawing; river's own default is another at each run. */
    seed: z.number().int().min(0).max(0xffff_ffff).default(42),
  })
  .refine(({ windowSize, statSize }) => 2 * statSize <= windowSize, {
    path: ['statSize'],
    message: 'at most half of windowSize',
  });
const state = z.strictObject({
  /** Values of the window, oldest first. */
  window: z.array(z.number()),
  random: mersenneSchema,
});

class KswinRun implements StreamRun {
  private readonly options: z.infer<typeof options>;
  private readonly leastSteps: number;
  private readonly window: Float64Array;
  private size = 0;
  private readonly random: PythonRandom;
  private readonly pool: Float64Array;
  private readonly drawn: Float64Array;
  private readonly newest: Float64Array;

  constructor(given: z.infer<typeof options>, saved?: z.infer<typeof state>) {
    this.options = given;
    this.leastSteps = leastSteps(given.statSize, given.alpha);
    this.window = new Float64Array(given.windowSize);
    this.pool = new Float64Array(given.windowSize - given.statSize);
    this.drawn = new Float64Array(given.statSize);
    this.newest = new Float64Array(given.statSize);
    this.random = new PythonRandom(given.seed, saved?.random);
    if (saved === undefined) return;
    if (saved.window.length > given.windowSize)
      throw stateDamaged('kswin', 'window', `at most ${given.windowSize} values`);
    this.window.set(saved.window);
    this.size = saved.window.length;
  }

  update(value: number): StreamSignal {
    const { window, pool, drawn, newest } = this;
    if (this.size === window.length) window.copyWithin(0, 1);
    else this.size += 1;
    window[this.size - 1] = value;
    if (this.size < window.length) return 'none';
    pool.set(window.subarray(0, pool.length));
    this.random.sample(pool, drawn);
    newest.set(window.subarray(pool.length));
    if (stepsApart(drawn.sort(), newest.sort()) < this.leastSteps) return 'none';
    this.size = 0;
    this.random.seed(this.options.seed);
    return 'drift';
  }

  save(): z.infer<typeof state> {
    return { window: Array.from(this.window.subarray(0, this.size)), random: this.random.save() };
  }
}

/** Kolmogorov–Smirnov statistic of two sorted samples of one size, times that size. */
function stepsApart(one: Float64Array, other: Float64Array): number {
  let most = 0;
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    const value = Math.min(one[i], other[j]);
    while (i < one.length && one[i] === value) i++;
    while (j < other.length && other[j] === value) j++;
    most = Math.max(most, Math.abs(i - j));
  }
  return most;
}

/** Smallest such number whose exact two-sided p-value is at most `alpha`, and whose statistic is above 0.1. */
function leastSteps(size: number, alpha: number): number {
  let steps = 1;
  while (steps <= size && (exactPValue(size, steps) > alpha || steps / size <= 0.1)) steps++;
  return steps;
}

/** Share of paths that leave the band, as scipy's `_compute_prob_outside_square`. */
function exactPValue(size: number, steps: number): number {
  let share = 0;
  for (let k = Math.floor(size / steps); k >= 0; k--) {
    let term = 1;
    for (let j = 0; j < steps; j++) term = ((size - k * steps - j) * term) / (size + k * steps + j + 1);
    share = term * (1 - share);
  }
  return 2 * share;
}

/** The newest values of a window against as many drawn from its older ones, by Kolmogorov and Smirnov's exact test. */
export const kswin = defineDetector({
  name: 'kswin',
  reference:
    'Raab et al. 2020, Reactive Soft Prototype Computing for Concept Drift Streams; river 0.23 drift.KSWIN with the same seed',
  input: 'value',
  options,
  state,
  run: (given, saved) => new KswinRun(given, saved),
});
