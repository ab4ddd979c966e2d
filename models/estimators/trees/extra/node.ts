import type { Random } from '../../../random.ts';
import type { ExtraTask } from './protocol.ts';

/** Sums over rows: the weight, and the weighted target (or the weight of each class). */
export interface Totals {
  weight: number;
  sums: Float64Array;
}

export interface Cut {
  feature: number;
  threshold: number;
  missingLeft: boolean;
  /** Σ sums² / weight of both sides: the larger, the smaller is the variance (or Gini index) left. */
  score: number;
}

/** Totals of the node's rows; `pure` where they all have one target. */
export function totalsOf(task: ExtraTask, rows: Int32Array): Totals & { pure: boolean } {
  const { target, weights, sums: width } = task;
  const sums = new Float64Array(width);
  let weight = 0;
  let pure = true;
  for (const row of rows) {
    weight += weights[row];
    if (width === 1) sums[0] += weights[row] * target[row];
    else sums[target[row]] += weights[row];
    if (target[row] !== target[rows[0]]) pure = false;
  }
  return { weight, sums, pure };
}

/**
 * The best of one random cut for each of a few random columns that are not constant in the node; undefined where
 * no cut leaves enough weight on both sides.
 */
export function drawCut(
  task: ExtraTask,
  rows: Int32Array,
  whole: Totals,
  order: number[],
  random: Random,
): Cut | undefined {
  const scratch = { left: totals(task.sums), missing: totals(task.sums) };
  let best: Cut | undefined;
  let drawn = 0;
  for (let at = 0; at < order.length && drawn < task.growth.columnsByNode; at++) {
    // One step of a shuffle at a time: columns are drawn without replacement.
    const other = at + random.integer(order.length - at);
    [order[at], order[other]] = [order[other], order[at]];
    const column = task.columns.subarray(order[at] * task.rows, (order[at] + 1) * task.rows);
    const threshold = drawThreshold(column, rows, random);
    if (threshold === undefined) continue;
    drawn++;
    fill(task, rows, column, threshold, scratch);
    const { score, missingLeft } = judge(whole, scratch, task.growth.minChildWeight);
    if (score > (best?.score ?? -Infinity)) best = { feature: order[at], threshold, missingLeft, score };
  }
  return best;
}

/** Uniform between the least and the greatest value, so that at least one row lies on each side. */
function drawThreshold(column: Float32Array, rows: Int32Array, random: Random): number | undefined {
  let least = Infinity;
  let greatest = -Infinity;
  for (const row of rows) {
    const value = column[row];
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  if (!(least < greatest)) return undefined;
  const threshold = Math.fround(least + random.next() * (greatest - least));
  return threshold > least ? threshold : greatest;
}

const totals = (width: number): Totals => ({ weight: 0, sums: new Float64Array(width) });

interface Sides {
  left: Totals;
  missing: Totals;
}

function fill(
  { target, weights, sums: width }: ExtraTask,
  rows: Int32Array,
  column: Float32Array,
  threshold: number,
  { left, missing }: Sides,
): void {
  left.weight = missing.weight = 0;
  left.sums.fill(0);
  missing.sums.fill(0);
  for (const row of rows) {
    const value = column[row];
    if (value >= threshold) continue;
    const side = value < threshold ? left : missing;
    side.weight += weights[row];
    if (width === 1) side.sums[0] += weights[row] * target[row];
    else side.sums[target[row]] += weights[row];
  }
}

/** The better side for missing values; the heavier one where the node has none. */
function judge(
  whole: Totals,
  { left, missing }: Sides,
  least: number,
): { score: number; missingLeft: boolean } {
  const right = whole.weight - left.weight - missing.weight;
  const withRight = score(whole, left, undefined, least);
  if (missing.weight === 0) return { score: withRight, missingLeft: left.weight > right };
  const withLeft = score(whole, left, missing, least);
  return withLeft > withRight
    ? { score: withLeft, missingLeft: true }
    : { score: withRight, missingLeft: false };
}

function score(whole: Totals, left: Totals, missing: Totals | undefined, least: number): number {
  const leftWeight = left.weight + (missing?.weight ?? 0);
  const rightWeight = whole.weight - leftWeight;
  if (!(leftWeight > 0 && rightWeight > 0 && leftWeight >= least && rightWeight >= least)) return -Infinity;
  let sum = 0;
  for (let k = 0; k < whole.sums.length; k++) {
    const ofLeft = left.sums[k] + (missing?.sums[k] ?? 0);
    sum += ofLeft ** 2 / leftWeight + (whole.sums[k] - ofLeft) ** 2 / rightWeight;
  }
  return sum;
}
