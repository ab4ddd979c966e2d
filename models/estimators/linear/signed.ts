import type { Matrix } from 'ml-matrix';
import type { Sign } from './protocol.ts';
import { slopesOf } from './triangle.ts';

/** A gradient below this share of what it could be is rounding. */
const gradientShare = 1e-10;

/**
 * The columns that least squares keep where slopes must have signs; the others are held at 0.
 * Reference: Lawson and Hanson, Solving Least Squares Problems, 1974, chapter 23 (NNLS), with free columns.
 * @param triangle upper triangle with the target as its last column.
 * @param columns independent ones to choose from.
 */
export function signedColumns(triangle: Matrix, columns: number[], signs: Sign[]): number[] {
  const slopes = new Float64Array(triangle.columns - 1);
  const kept = new Set(columns.filter((column) => signs[column] === 0));
  settle(triangle, kept, slopes, signs);
  // Each round makes the error smaller, so no set of columns comes twice; the bound is against rounding.
  for (let round = 0; round < 10 * columns.length; round++) {
    const entering = steepest(triangle, columns, kept, slopes, signs);
    if (entering === undefined) break;
    kept.add(entering);
    settle(triangle, kept, slopes, signs);
  }
  return columns.filter((column) => kept.has(column));
}

/** Goes to the least squares of the columns kept, and lets go of those that would change sign on the way. */
function settle(triangle: Matrix, kept: Set<number>, slopes: Float64Array, signs: Sign[]): void {
  for (;;) {
    const order = [...kept].sort((a, b) => a - b);
    const best = slopesOf(triangle, order);
    const wrong = order.flatMap((column, i) =>
      signs[column] !== 0 && signs[column] * best[i] <= 0 ? [{ column, to: best[i] }] : [],
    );
    const shares = wrong.map(({ column, to }) =>
      slopes[column] === to ? 0 : slopes[column] / (slopes[column] - to),
    );
    const share = Math.min(1, ...shares);
    order.forEach((column, i) => {
      slopes[column] += share * (best[i] - slopes[column]);
    });
    if (wrong.length === 0) return;
    wrong.forEach(({ column }, i) => {
      if (shares[i] > share) return;
      kept.delete(column);
      slopes[column] = 0;
    });
  }
}

/** The column held at 0 along which the error falls fastest in the direction of its sign. */
function steepest(
  triangle: Matrix,
  columns: number[],
  kept: Set<number>,
  slopes: Float64Array,
  signs: Sign[],
): number | undefined {
  const target = triangle.getColumn(triangle.columns - 1);
  const length = Math.hypot(...target);
  const residual = target.map((value, i) =>
    columns.reduce((rest, column) => rest - slopes[column] * triangle.get(i, column), value),
  );
  let best: { column: number; share: number } | undefined;
  for (const column of columns) {
    if (kept.has(column)) continue;
    const direction = triangle.getColumn(column);
    const along = direction.reduce((sum, value, i) => sum + value * residual[i], 0);
    const share = (signs[column] * along) / (Math.hypot(...direction) * length);
    if (share > gradientShare && share > (best?.share ?? 0)) best = { column, share };
  }
  return best?.column;
}
