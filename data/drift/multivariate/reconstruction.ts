import type { TestResult } from '../../../contracts/detector.ts';
import { createRandom } from '../../generators/random.ts';
import { numericSample, numericTests } from '../tests/index.ts';
import { meanOf, project, type Spread, scatterOf, spreadOf } from './covariance.ts';
import { type Matrix, rowOf, shuffledRows, standardise, takeRows } from './matrix.ts';

/** Share of the variance that the components keep. */
const keptShare = 0.65;

/** Distance of each row from its image in the components. */
function errorsOf(matrix: Matrix, { mean, directions }: Pick<Spread, 'mean' | 'directions'>): Float64Array {
  return Float64Array.from({ length: matrix.rows }, (_, row) => {
    const values = rowOf(matrix, row);
    let left = values.reduce((sum, value, column) => sum + (value - mean[column]) ** 2, 0);
    for (const direction of directions) left -= project(values, mean, direction) ** 2;
    return Math.sqrt(Math.max(left, 0));
  });
}

/** The first components that together keep `keptShare` of the variance. */
function components({ mean, eigenvalues, directions }: Spread): Pick<Spread, 'mean' | 'directions'> {
  const all = eigenvalues.reduce((sum, value) => sum + value, 0);
  let kept = 0;
  const count = eigenvalues.findIndex((value) => {
    kept += value;
    return kept >= keptShare * all;
  });
  return { mean, directions: directions.slice(0, count + 1) };
}

/**
 * Whether current rows fit the principal components of the reference worse or better than its own rows do: components
 * of one half of the reference, errors of the other half against the current ones by Mann and Whitney. The statistic is
 * the mean error of the current rows by that of the reference. Finds changed correlations that no column shows.
 * @see NannyML 0.13 DataReconstructionDriftCalculator, which keeps the same share and has no test
 */
export function reconstruction(reference: Matrix, current: Matrix, seed: number): Required<TestResult> {
  const order = shuffledRows(reference.rows, createRandom(seed));
  const half = order.length >> 1;
  const learnt = takeRows(reference, order.subarray(0, half));
  const scaled = standardise(learnt, takeRows(reference, order.subarray(half)));
  const mean = meanOf(scaled.reference);
  const kept = components(spreadOf(mean, scatterOf(scaled.reference, mean).div(half - 1)));
  const before = numericSample(errorsOf(scaled.current, kept));
  const now = numericSample(errorsOf(standardise(learnt, current).current, kept));
  return {
    statistic: now.mean / before.mean,
    pValue: numericTests['mann-whitney'].compare(before, now).pValue ?? 1,
  };
}
