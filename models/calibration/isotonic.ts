import { logit } from './state.ts';

/** Points of a rising line: straight between them, level outside. */
export interface Knots {
  x: number[];
  y: number[];
}

/** The least distance of two knots in log-odds. */
const leastGap = 0.05;

/**
 * Isotonic regression of a class's occurrence on its probability. Two things differ from scikit-learn's calibrator: where
 * it jumps within less than 0.05 in log-odds, the line rises over 0.05, so that the last digits of a probability
 * (native or ONNX) never decide; and it stays 1 / (rows + 2) from certainty, as Platt's targets do, so that one row
 * that nobody expected does not cost an infinite log-loss.
 */
export function fitIsotonic(probabilities: Float64Array, isClass: Uint8Array): Knots {
  const { x, y } = widen(isotonicKnots(probabilities, Float64Array.from(isClass)));
  const least = 1 / (probabilities.length + 2);
  return { x, y: y.map((value) => Math.min(1 - least, Math.max(least, value))) };
}

/**
 * The rising step function that is closest to y over x in squared error, by pooling adjacent violators, as the first
 * and last point of each of its levels: scikit-learn's `IsotonicRegression.X_thresholds_` and `y_thresholds_`.
 */
export function isotonicKnots(x: Float64Array, y: Float64Array): Knots {
  const blocks: { first: number; last: number; sum: number; rows: number }[] = [];
  for (const { at, sum, rows } of distinct(x, y)) {
    let block = { first: at, last: at, sum, rows };
    for (;;) {
      const before = blocks.at(-1);
      if (before === undefined || before.sum * block.rows < block.sum * before.rows) break;
      blocks.pop();
      block = {
        first: before.first,
        last: block.last,
        sum: before.sum + block.sum,
        rows: before.rows + block.rows,
      };
    }
    blocks.push(block);
  }
  const points = blocks.flatMap(({ first, last, sum, rows }) =>
    (first === last ? [first] : [first, last]).map((at) => ({ at, value: sum / rows })),
  );
  return { x: points.map(({ at }) => at), y: points.map(({ value }) => value) };
}

/** Σy and rows of each distinct x, ascending. */
function distinct(x: Float64Array, y: Float64Array): { at: number; sum: number; rows: number }[] {
  const found: { at: number; sum: number; rows: number }[] = [];
  for (const row of Int32Array.from(x.keys()).sort((a, b) => x[a] - x[b])) {
    const last = found.at(-1);
    if (last !== undefined && last.at === x[row]) {
      last.sum += y[row];
      last.rows++;
    } else found.push({ at: x[row], sum: y[row], rows: 1 });
  }
  return found;
}

/** The same line through knots that keep their distance: a knot that is too close moves up along the line. */
function widen(knots: Knots): Knots {
  const wide: Knots = { x: [knots.x[0]], y: [knots.y[0]] };
  const end = knots.x[knots.x.length - 1];
  let next = 1;
  for (;;) {
    const earliest = probabilityAt(logit(wide.x[wide.x.length - 1]) + leastGap);
    const hasSkipped = next < knots.x.length && knots.x[next] < earliest;
    while (next < knots.x.length && knots.x[next] < earliest) next++;
    const isBetween = hasSkipped && earliest < end;
    if (!isBetween && next >= knots.x.length) break;
    wide.x.push(isBetween ? earliest : knots.x[next]);
    wide.y.push(isBetween ? valueAt(knots, earliest) : knots.y[next]);
    if (!isBetween) next++;
  }
  // Whatever lies closer to the last knot than the gap ends at the last level.
  const [first, last] = [knots.y[0], knots.y[knots.y.length - 1]];
  wide.y[wide.y.length - 1] = wide.y.length === 1 ? (first + last) / 2 : last;
  return wide;
}

const probabilityAt = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/** The line's value: of the last knot at or below x, straight on to the next one. */
export function valueAt({ x, y }: Knots, at: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x[middle] <= at) low = middle + 1;
    else high = middle;
  }
  const below = Math.max(0, low - 1);
  const above = Math.min(low, x.length - 1);
  const run = x[above] - x[below];
  return run === 0 ? y[below] : y[below] + ((y[above] - y[below]) * (at - x[below])) / run;
}
