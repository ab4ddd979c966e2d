import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Numbers in [0, 1) with 53 random bits; equal seeds give equal numbers. */
export function createRandom(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** Standard normal numbers by Box and Muller. */
export const createNormal =
  (random: () => number): (() => number) =>
  () =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** One of the values, each as likely as any other. */
export const pick = <T>(values: readonly T[], random: () => number): T =>
  values[Math.floor(random() * values.length)];

/** Index drawn with the given probabilities, which add up to 1. */
export function draw(probabilities: readonly number[], random: () => number): number {
  let left = random();
  for (const [index, probability] of probabilities.entries()) {
    left -= probability;
    if (left < 0) return index;
  }
  return probabilities.length - 1;
}
