/** Weighted root mean square error of predictions, in the target's unit; every weight counts 1 where there are none. */
export function weightedRmse(
  predicted: ArrayLike<number>,
  target: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number {
  let squares = 0;
  let total = 0;
  for (let i = 0; i < target.length; i++) {
    const weight = weights?.[i] ?? 1;
    squares += weight * (predicted[i] - target[i]) ** 2;
    total += weight;
  }
  return Math.sqrt(squares / total);
}
