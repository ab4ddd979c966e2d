import gammainc from '@stdlib/math-base-special-gammainc';
import fCdf from '@stdlib/stats-base-dists-f-cdf';
import tCdf from '@stdlib/stats-base-dists-t-cdf';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { type Factor, factorise } from './factor.ts';
import { influence } from './influence.ts';
import type { Coefficient, Diagnostics, LinearRows } from './protocol.ts';
import { leastSquares, predictRow, type Solution } from './solve.ts';

/**
 * Diagnostics of a least-squares fit. With weights w the residuals are those of the fit scaled by √w, as
 * statsmodels' WLS has them. Reference: statsmodels 0.15 (OLS, WLS, het_breuschpagan, durbin_watson,
 * jarque_bera, variance_inflation_factor).
 */
export function diagnose(data: LinearRows, factor: Factor, solution: Solution): Diagnostics {
  const { kept, dropped, residualSquares, totalSquares } = solution;
  const freedom = factor.rows - kept.length - 1;
  const variance = freedom > 0 ? residualSquares / freedom : Number.NaN;
  const rSquared = 1 - residualSquares / totalSquares;
  const residuals = scaledResiduals(data, solution);
  const f = (totalSquares - residualSquares) / kept.length / variance;
  return {
    observations: factor.rows,
    residualDegreesOfFreedom: freedom,
    intercept: coefficient(
      solution.intercept,
      Math.sqrt(variance * interceptVariance(factor, solution)),
      freedom,
    ),
    coefficients: kept.map((column, i) => ({
      name: data.names[column],
      ...coefficient(solution.slopes[i], Math.sqrt(variance) * rowNorm(solution.inverse, i), freedom),
      varianceInflation: known((rowNorm(solution.inverse, i) * columnNorm(solution.triangle, i)) ** 2),
    })),
    dropped: dropped.map(({ column, reason }) => ({ name: data.names[column], reason })),
    residualStandardError: known(Math.sqrt(variance)),
    rSquared: known(rSquared),
    adjustedRSquared: known(1 - ((1 - rSquared) * (factor.rows - 1)) / freedom),
    // The upper tail of F(a, b) at f is the lower tail of F(b, a) at 1/f, without cancellation.
    f: { value: known(f), p: known(fCdf(1 / f, freedom, kept.length)) },
    durbinWatson: known(durbinWatson(residuals)),
    breuschPagan: breuschPagan(data, residuals, kept.length),
    conditionNumber: known(conditionNumber(factor, solution)),
    jarqueBera: jarqueBera(residuals),
    ...influence(data, factor, solution, residuals),
  };
}

function coefficient(value: number, standardError: number, freedom: number): Coefficient {
  const t = value / standardError;
  return {
    value,
    standardError: known(standardError),
    t: known(t),
    p: known(2 * tCdf(-Math.abs(t), freedom)),
  };
}

const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Element of the inverse cross-product that belongs to the intercept: 1/W + m'(X'X)⁻¹m. */
function interceptVariance({ weightSum, means }: Factor, { kept, inverse }: Solution): number {
  const projected = kept.map((_, i) =>
    kept.reduce((sum, column, j) => sum + inverse.get(j, i) * means[column], 0),
  );
  return 1 / weightSum + projected.reduce((sum, value) => sum + value * value, 0);
}

function scaledResiduals(data: LinearRows, solution: Solution): Float64Array {
  return Float64Array.from(
    data.target,
    (target, row) => Math.sqrt(data.weights?.[row] ?? 1) * (target - predictRow(data, row, solution)),
  );
}

function durbinWatson(residuals: Float64Array): number {
  let differences = 0;
  let squares = 0;
  for (let i = 0; i < residuals.length; i++) {
    if (i > 0) differences += (residuals[i] - residuals[i - 1]) ** 2;
    squares += residuals[i] ** 2;
  }
  return differences / squares;
}

/** n·R² of the squared residuals on the columns, against chi-squared with as many degrees of freedom. */
function breuschPagan(
  data: LinearRows,
  residuals: Float64Array,
  columns: number,
): Diagnostics['breuschPagan'] {
  if (columns === 0) return { lagrangeMultiplier: null, p: null };
  const squared = residuals.map((value) => value * value);
  const { residualSquares, totalSquares } = leastSquares(
    factorise({ ...data, target: squared, weights: undefined }),
  );
  const multiplier = data.rows * (1 - residualSquares / totalSquares);
  return {
    lagrangeMultiplier: known(multiplier),
    p: known(gammainc(multiplier / 2, columns / 2, true, true)),
  };
}

/** n/6·(skewness² + (kurtosis − 3)²/4), against chi-squared with two degrees of freedom. */
function jarqueBera(residuals: Float64Array): Diagnostics['jarqueBera'] {
  const moment = (power: number, around: number): number =>
    residuals.reduce((sum, value) => sum + (value - around) ** power, 0) / residuals.length;
  const mean = moment(1, 0);
  const variance = moment(2, mean);
  const skewness = moment(3, mean) / variance ** 1.5;
  const kurtosis = moment(4, mean) / variance ** 2;
  const value = (residuals.length / 6) * (skewness ** 2 + (kurtosis - 3) ** 2 / 4);
  return {
    value: known(value),
    p: known(Math.exp(-value / 2)),
    skewness: known(skewness),
    kurtosis: known(kurtosis),
  };
}

/** Largest over smallest singular value of the columns with the intercept, from their triangle. */
function conditionNumber({ weightSum, means }: Factor, { kept, triangle }: Solution): number {
  const full = Matrix.zeros(kept.length + 1, kept.length + 1);
  full.set(0, 0, Math.sqrt(weightSum));
  kept.forEach((column, j) => {
    full.set(0, j + 1, Math.sqrt(weightSum) * means[column]);
    for (let i = 0; i <= j; i++) full.set(i + 1, j + 1, triangle.get(i, j));
  });
  const values = new SingularValueDecomposition(full).diagonal;
  return Math.max(...values) / Math.min(...values);
}

const rowNorm = (matrix: Matrix, row: number): number => Math.hypot(...matrix.getRow(row));
const columnNorm = (matrix: Matrix, column: number): number => Math.hypot(...matrix.getColumn(column));
