import { Matrix, QrDecomposition } from 'ml-matrix';
import type { Factor } from './factor.ts';
import type { DropReason, LinearRows, Sign } from './protocol.ts';
import { signedColumns } from './signed.ts';
import { backSubstitute, slopesOf, topLeft } from './triangle.ts';

/** A column whose part outside of the columns before it is below this share of it is collinear, as in R's `lm`. */
const collinearShare = 1e-7;
/** A column whose spread is below this share of its mean holds rounding errors. */
const constantShare = 1e-13;

export interface Solution {
  /** Positions of the columns kept. */
  kept: number[];
  dropped: { column: number; reason: DropReason }[];
  /** One per kept column. */
  slopes: number[];
  intercept: number;
  /** Triangle of the kept columns, `k × k`. */
  triangle: Matrix;
  inverse: Matrix;
  /** Weighted sums of squares of the residuals and of the centred target. */
  residualSquares: number;
  totalSquares: number;
}

/**
 * Least squares with an intercept, on the columns that say something that the ones before them do not and whose
 * slopes have the signs that they must have.
 */
export function leastSquares(factor: Factor, signs: Sign[] = []): Solution {
  const size = factor.triangle.rows;
  const { kept, dropped } = permittedColumns(factor, signs);
  const columns = [...kept, size - 1];
  const selected = factor.triangle.subMatrixColumn(columns);
  const reduced = new QrDecomposition(selected).upperTriangularMatrix;
  const triangle = topLeft(reduced, kept.length);
  const right = kept.map((_, i) => reduced.get(i, kept.length));
  const slopes = backSubstitute(triangle, right);
  return {
    kept,
    dropped,
    slopes,
    intercept: interceptOf(factor, kept, slopes),
    triangle,
    inverse: invertTriangle(triangle),
    residualSquares: reduced.get(kept.length, kept.length) ** 2,
    totalSquares: columnNorm(factor.triangle, size - 1) ** 2,
  };
}

/**
 * Ridge regression: least squares plus `alpha` times the squared slopes; the intercept is not penalised.
 * Solved by QR of the triangle stacked on √alpha·I (Golub and Van Loan, Matrix Computations, 6.1.4).
 */
export function ridge(
  factor: Factor,
  alpha: number,
  signs: Sign[] = [],
): { slopes: number[]; intercept: number } {
  const width = factor.triangle.columns - 1;
  const stacked = Matrix.zeros(2 * width + 1, width + 1);
  stacked.setSubMatrix(factor.triangle, 0, 0);
  for (let j = 0; j < width; j++) stacked.set(width + 1 + j, j, Math.sqrt(alpha));
  const reduced = new QrDecomposition(stacked).upperTriangularMatrix;
  const all = Array.from({ length: width }, (_, j) => j);
  const kept = signs.some((sign) => sign !== 0) ? signedColumns(reduced, all, signs) : all;
  const slopes = spread(kept, slopesOf(reduced, kept), width);
  return { slopes, intercept: interceptOf(factor, all, slopes) };
}

/** Coefficients for every column, 0 for those not kept. */
export function spread(kept: number[], slopes: number[], width: number): number[] {
  const coefficients = new Array<number>(width).fill(0);
  kept.forEach((column, i) => {
    coefficients[column] = slopes[i];
  });
  return coefficients;
}

/** The fit at one row, in the unit of the target; NaN where a column that was kept is missing. */
export function predictRow({ names, features }: LinearRows, row: number, model: Solution): number {
  let sum = model.intercept;
  for (let i = 0; i < model.kept.length; i++)
    sum += model.slopes[i] * features[row * names.length + model.kept[i]];
  return sum;
}

function permittedColumns(factor: Factor, signs: Sign[]): Pick<Solution, 'kept' | 'dropped'> {
  const { kept, dropped } = independentColumns(factor);
  if (!signs.some((sign) => sign !== 0)) return { kept, dropped };
  const signed = signedColumns(factor.triangle, kept, signs);
  const held = kept.filter((column) => !signed.includes(column));
  return {
    kept: signed,
    dropped: [...dropped, ...held.map((column) => ({ column, reason: 'constraint' as const }))],
  };
}

/** Gram–Schmidt over the triangle's columns in order, each orthogonalised twice. */
function independentColumns({
  triangle,
  means,
  constant,
  weightSum,
}: Factor): Pick<Solution, 'kept' | 'dropped'> {
  const kept: number[] = [];
  const dropped: Solution['dropped'] = [];
  const basis: number[][] = [];
  for (let column = 0; column < triangle.columns - 1; column++) {
    const length = columnNorm(triangle, column);
    const isConstant =
      constant[column] || length <= constantShare * Math.abs(means[column]) * Math.sqrt(weightSum);
    const rest = isConstant ? [] : outside(triangle.getColumn(column), basis);
    const restLength = Math.hypot(...rest);
    if (isConstant) dropped.push({ column, reason: 'constant' });
    else if (restLength <= collinearShare * length) dropped.push({ column, reason: 'collinear' });
    else {
      kept.push(column);
      basis.push(rest.map((value) => value / restLength));
    }
  }
  return { kept, dropped };
}

function outside(vector: number[], basis: number[][]): number[] {
  let rest = vector;
  for (let pass = 0; pass < 2; pass++)
    for (const direction of basis) {
      const along = dot(direction, rest);
      rest = rest.map((value, i) => value - along * direction[i]);
    }
  return rest;
}

/**
 * The intercept that leads the fit through the weighted means. @param slopes one per column of `kept`, in its order.
 */
export function interceptOf({ means, targetMean }: Factor, kept: number[], slopes: number[]): number {
  return kept.reduce((sum, column, i) => sum - slopes[i] * means[column], targetMean);
}

const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

const columnNorm = (matrix: Matrix, column: number): number => Math.hypot(...matrix.getColumn(column));

function invertTriangle(triangle: Matrix): Matrix {
  const size = triangle.rows;
  const inverse = Matrix.zeros(size, size);
  for (let column = 0; column < size; column++) {
    const unit = Array.from({ length: size }, (_, i) => (i === column ? 1 : 0));
    inverse.setColumn(column, backSubstitute(triangle, unit));
  }
  return inverse;
}
