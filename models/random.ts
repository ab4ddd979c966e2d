import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A reproducible stream of numbers. */
export interface Random {
  /** Uniform in [0, 1), with 53 random bits. */
  next(): number;
  /** Uniform in 0..below−1; `below` at least 1. */
  integer(below: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** Puts the values into a random order, in place (Fisher–Yates). */
  shuffle(values: Float64Array | number[]): void;
}

/**
 * An independent xoroshiro128+ stream for each seed and name.
 * @param stream names the purpose, such as `'split'` or `'trial', 7`: other names give unrelated numbers.
 */
export function seededRandom(seed: number, ...stream: (string | number)[]): Random {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...stream]))
    .digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  const next = () => uniformFloat64(generator);
  const integer = (below: number) => uniformInt(generator, 0, below - 1);
  return {
    next,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const other = integer(i + 1);
        [values[i], values[other]] = [values[other], values[i]];
      }
    },
  };
}
