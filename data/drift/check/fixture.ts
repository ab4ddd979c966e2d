import { createNormal, createRandom } from '../../generators/random.ts';
import type { ColumnPair } from './types.ts';

/** Numbers for tests of the check. */
export function numbersOf(seed: number) {
  const random = createRandom(seed);
  const normal = createNormal(random);
  return {
    random,
    normals: (rows: number): Float64Array => Float64Array.from({ length: rows }, normal),
    /** Each correlated with the one before it. */
    correlated(rows: number, correlation: number): Float64Array {
      const step = Math.sqrt(1 - correlation ** 2);
      let value = normal();
      return Float64Array.from({ length: rows }, () => {
        value = correlation * value + step * normal();
        return value;
      });
    },
    /** Codes drawn with the given shares. */
    codes: (rows: number, shares: readonly number[]): Int32Array =>
      Int32Array.from({ length: rows }, () => {
        let left = random();
        const code = shares.findIndex((share) => {
          left -= share;
          return left < 0;
        });
        return code < 0 ? shares.length - 1 : code;
      }),
  };
}

/** An input of numbers, NaN where missing. */
export const number = (column: string, reference: Float64Array, current: Float64Array): ColumnPair => ({
  column,
  role: 'input',
  kind: 'number',
  reference,
  current,
});

/** An input of categories with the same labels on both sides; codes below 0 are missing. */
export const category = (
  column: string,
  labels: string[],
  reference: Int32Array,
  current: Int32Array,
): ColumnPair => ({
  column,
  role: 'input',
  kind: 'category',
  reference: { codes: reference, labels },
  current: { codes: current, labels },
});

export const options = { level: 0.05, deviations: 1.6449, minEffect: 0.1 };
