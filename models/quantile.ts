/**
 * The quantile of sorted values by linear interpolation (Hyndman & Fan type 7, numpy's default).
 * @param share 0..1; the median is 0.5.
 */
export function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
