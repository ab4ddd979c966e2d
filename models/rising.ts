/**
 * The first place of rising values that holds at least `least`, found by halving.
 * @returns 0..length; the length where all values are below it, so that it is where the value would be put in.
 */
export function firstAtLeast(rising: ArrayLike<number>, least: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
