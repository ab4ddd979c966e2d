/**
 * Arrays that are used for one column and again for the next: a thread would else leave tens of megabytes to a garbage
 * collector that does not see how much they hold.
 */
const kept: Float64Array[] = [];
let used = 0;

/** Numbers of unknown values, to be used until `giveBack`. */
export function borrow(length: number): Float64Array {
  if ((kept[used]?.length ?? -1) < length) kept[used] = new Float64Array(length);
  return kept[used++].subarray(0, length);
}

/** A copy of the numbers, to be used until `giveBack`. */
export function borrowCopy(values: Float64Array): Float64Array {
  const copy = borrow(values.length);
  copy.set(values);
  return copy;
}

/** All that was borrowed may be borrowed again. */
export function giveBack(): void {
  used = 0;
}
