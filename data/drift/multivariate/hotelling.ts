import betainc from '@stdlib/math-base-special-betainc';
import type { TestResult } from '../../../contracts/detector.ts';
import { meanOf, project, scatterOf, spreadOf } from './covariance.ts';
import { type Matrix, rowOf } from './matrix.ts';

/**
 * Hotelling's T² of two samples with one covariance: whether their means differ in any direction. Directions in which
 * no row differs are left out.
 * @see Hotelling 1931, The Generalization of Student's Ratio
 */
export function hotelling(reference: Matrix, current: Matrix): Required<TestResult> {
  const [m, n] = [reference.rows, current.rows];
  const [mean, other] = [meanOf(reference), meanOf(current)];
  const pooled = scatterOf(reference, mean)
    .add(scatterOf(current, other))
    .div(m + n - 2);
  const { eigenvalues, directions } = spreadOf(mean, pooled);
  let distance = 0;
  for (const [place, value] of eigenvalues.entries())
    distance += project(other, mean, directions[place]) ** 2 / value;
  const statistic = ((m * n) / (m + n)) * distance;
  const width = eigenvalues.length;
  const left = m + n - width - 1;
  if (width === 0 || left < 1) return { statistic, pValue: 1 };
  const f = (left / (width * (m + n - 2))) * statistic;
  return { statistic, pValue: betainc(left / (left + width * f), left / 2, width / 2) };
}

/** Squared Mahalanobis distance of each row from the reference's mean, by the reference's covariance. */
export function mahalanobis(reference: Matrix, rows: Matrix): Float64Array {
  const mean = meanOf(reference);
  const { eigenvalues, directions } = spreadOf(mean, scatterOf(reference, mean).div(reference.rows - 1));
  return Float64Array.from({ length: rows.rows }, (_, row) =>
    eigenvalues.reduce(
      (sum, value, place) => sum + project(rowOf(rows, row), mean, directions[place]) ** 2 / value,
      0,
    ),
  );
}
