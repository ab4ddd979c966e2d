/**
 * Whether every number of a row's answer is finite.
 * @param values row-major, `width` numbers per row.
 * @param interval lower and upper bound per row, row-major, where the model states one.
 */
export function isWholeAnswer(
  values: Float64Array,
  width: number,
  interval: Float64Array | undefined,
  row: number,
): boolean {
  for (let at = row * width; at < (row + 1) * width; at++) if (!Number.isFinite(values[at])) return false;
  return (
    interval === undefined || (Number.isFinite(interval[2 * row]) && Number.isFinite(interval[2 * row + 1]))
  );
}
