import { Matrix as Dense, EigenvalueDecomposition } from 'ml-matrix';
import { type Matrix, rowOf } from './matrix.ts';

/** Shares of the largest eigenvalue below which a direction counts as none. */
const leastShare = 1e-10;

export interface Spread {
  mean: Float64Array;
  /** Of the covariance, largest first, without those that are as good as 0; unit vectors beside. */
  eigenvalues: number[];
  directions: Float64Array[];
}

/** The mean of each column; NaN where a value of it is missing, 0 where there are no rows. */
export function meanOf({ rows, width, values }: Matrix): Float64Array {
  const mean = new Float64Array(width);
  for (let place = 0; place < values.length; place++) mean[place % width] += values[place] / rows;
  return mean;
}

/** Sums of products of deviations from the mean; width × width. */
export function scatterOf(matrix: Matrix, mean = meanOf(matrix)): Dense {
  const { rows, width } = matrix;
  const scatter = Dense.zeros(width, width);
  for (let row = 0; row < rows; row++) {
    const apart = rowOf(matrix, row).map((value, column) => value - mean[column]);
    for (let i = 0; i < width; i++)
      for (let j = 0; j <= i; j++) scatter.set(i, j, scatter.get(i, j) + apart[i] * apart[j]);
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) scatter.set(j, i, scatter.get(i, j));
  return scatter;
}

/** Directions of a covariance and how far rows spread along each. */
export function spreadOf(mean: Float64Array, covariance: Dense): Spread {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((value, place) => ({ value, place }))
    .sort((a, b) => b.value - a.value)
    .filter(({ value }, _, all) => value > leastShare * all[0].value);
  return {
    mean,
    eigenvalues: order.map(({ value }) => value),
    directions: order.map(({ place }) => Float64Array.from(eigenvectorMatrix.getColumn(place))),
  };
}

/** How far a row lies from the mean along a unit vector, in the unit of the row; negative on its other side. */
export function project(row: Float64Array, mean: Float64Array, direction: Float64Array): number {
  let sum = 0;
  for (let column = 0; column < row.length; column++) sum += (row[column] - mean[column]) * direction[column];
  return sum;
}
