import { momentsOf } from '../moments.ts';

/** What a look at a growing list of paired differences may conclude. */
export interface SequentialResult {
  pairs: number;
  /** Of the differences, −1..1. */
  mean: number;
  variance: number;
  /** Holds the true mean at every look at once with probability 1 − level. */
  low: number;
  high: number;
}

/** Stakes: shares of the wealth, from bold (large effects, few rows) to careful. */
const stakes = Array.from({ length: 8 }, (_, k) => 0.9 / 2 ** k);
const steps = 40;
const chunk = 32;

/**
 * Confidence sequence for the mean of bounded differences by betting: a mixture of fixed stakes against each
 * candidate mean is a martingale, and Ville's inequality bounds the chance that it ever exceeds 2 / level. One may
 * look after every row, stop when one likes, and the level still holds. The order of the rows does not matter.
 * (Waudby-Smith & Ramdas 2024, "Estimating means of bounded random variables by betting", sections 4 and 5;
 * mixture over stakes as in Robbins 1970.)
 * @param differences each −1..1.
 * @param level chance, over all looks, that the interval misses the mean; half of it on each side.
 */
export function confidenceSequence(differences: Float64Array, level: number): SequentialResult {
  const { length: pairs } = differences;
  const { mean, squares } = pairs === 0 ? { mean: 0, squares: 0 } : momentsOf(differences);
  const threshold = Math.log(2 / level);
  const upward = differences.map((value) => (value + 1) / 2);
  const downward = upward.map((value) => 1 - value);
  return {
    pairs,
    mean,
    variance: squares / Math.max(1, pairs),
    low: 2 * lowerBound(upward, threshold) - 1,
    high: 1 - 2 * lowerBound(downward, threshold),
  };
}

/** The largest mean that is rejected as too low: wealth falls as the mean grows. */
function lowerBound(values: Float64Array, threshold: number): number {
  let [rejected, kept] = [0, 1];
  for (let step = 0; step < steps; step++) {
    const middle = (rejected + kept) / 2;
    if (logWealth(values, middle) >= threshold) rejected = middle;
    else kept = middle;
  }
  return rejected;
}

/** Logarithm of the mean over stakes of ∏ (1 + stake·(value − mean)/mean), for values 0..1. */
function logWealth(values: Float64Array, mean: number): number {
  const logs = stakes.map((stake) => {
    const [rest, gain] = [1 - stake, stake / mean];
    let sum = 0;
    for (let start = 0; start < values.length; start += chunk) {
      const end = Math.min(start + chunk, values.length);
      let product = 1;
      for (let row = start; row < end; row++) product *= rest + gain * values[row];
      sum += Math.log(product);
    }
    return sum;
  });
  const most = Math.max(...logs);
  const total = logs.reduce((sum, log) => sum + Math.exp(log - most), 0);
  return most + Math.log(total / logs.length);
}

/** About how many pairs the sequence needs until it excludes 0, were the mean `effect`; infinite for none. */
export const pairsToTell = (effect: number, variance: number, level: number): number =>
  (2 * variance * (Math.log(2 / level) + Math.log(stakes.length))) / effect ** 2;
