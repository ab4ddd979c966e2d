import { numericSample } from './samples.ts';

/** How parity/tests.py makes a sample: sums of three uniform numbers, scaled, shifted and rounded down to `step`. */
export interface Recipe {
  seed: number;
  n: number;
  shift?: number;
  scale?: number;
  step?: number;
}

/** The sample that parity/tests.py makes of the same recipe, bit by bit. */
export function sampleOf({ seed, n, shift = 0, scale = 1, step }: Recipe) {
  const uniform = mulberry32(seed);
  return numericSample(
    Float64Array.from({ length: n }, () => {
      const value = (uniform() + uniform() + uniform() - 1.5) * scale + shift;
      return step ? Math.floor(value / step) * step : value;
    }),
  );
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
