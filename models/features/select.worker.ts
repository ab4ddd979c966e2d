import { Matrix as Dense, inverse } from 'ml-matrix';
import type { Matrix } from '../../contracts/frame.ts';
import { momentsOf } from './covariance.ts';
import { isConstant } from './scale.ts';

export interface SelectTask {
  features: Matrix;
  /** Largest |Pearson correlation| that two kept columns may have. */
  correlation: number;
  /** Largest variance inflation that a kept column may have. */
  varianceInflation: number;
}
export interface Dropped {
  /** Position among the features of the task. */
  column: number;
  reason: 'constant' | 'correlated' | 'collinear';
  /** The column that it repeats. */
  with?: number;
  /** The constant, the correlation, or the variance inflation. */
  value: number;
}

/** What a column inflates that the others determine entirely; JSON has no infinity. */
const mostInflation = 1e10;

/**
 * Which columns say nothing new: constant ones, then the later of two that correlate above the bound, then, one by
 * one, the one of the largest variance inflation 1/(1−R²) until none is above the bound.
 */
export default function findRedundant(task: SelectTask): Dropped[] {
  const { features } = task;
  const width = features.names.length;
  const { means, covariance } = momentsOf(features);
  const variance = (i: number) => covariance[i * width + i];
  const dropped: Dropped[] = [];
  const varied: number[] = [];
  for (let i = 0; i < width; i++) {
    if (isConstant(variance(i), means[i], features.rows))
      dropped.push({ column: i, reason: 'constant', value: means[i] + 0 });
    else varied.push(i);
  }
  const correlation = (i: number, j: number) =>
    covariance[i * width + j] / Math.sqrt(variance(i) * variance(j));
  const kept = varied.filter((i, place) => {
    const twin = varied
      .slice(0, place)
      .find((j) => !isDropped(dropped, j) && Math.abs(correlation(i, j)) > task.correlation);
    if (twin === undefined) return true;
    dropped.push({ column: i, reason: 'correlated', with: twin, value: correlation(i, twin) });
    return false;
  });
  const collinear = inflated(kept, correlation, task.varianceInflation);
  return [
    ...dropped,
    ...collinear.map(({ place, value }) => ({
      column: kept[place],
      reason: 'collinear' as const,
      value,
    })),
  ];
}

const isDropped = (dropped: Dropped[], column: number): boolean =>
  dropped.some((entry) => entry.column === column);

function inflated(
  columns: number[],
  correlation: (i: number, j: number) => number,
  bound: number,
): { place: number; value: number }[] {
  const dependent = dependentOnEarlier(columns, correlation);
  const result = dependent.map((place) => ({ place, value: mostInflation }));
  let places = columns.map((_, place) => place).filter((place) => !dependent.includes(place));
  while (places.length > 1) {
    const table = places.map((a) => places.map((b) => correlation(columns[a], columns[b])));
    const inflation = inverse(new Dense(table)).diagonal();
    const worst = inflation.reduce((best, value, i) => (value >= inflation[best] ? i : best), 0);
    if (!(inflation[worst] > bound)) break;
    result.push({ place: places[worst], value: Math.min(inflation[worst], mostInflation) });
    places = places.filter((_, i) => i !== worst);
  }
  return result;
}

/** Places of the columns that the columns before them determine, by a Cholesky factor that leaves them out. */
function dependentOnEarlier(columns: number[], correlation: (i: number, j: number) => number): number[] {
  const factor: { place: number; row: number[] }[] = [];
  const dependent: number[] = [];
  columns.forEach((column, place) => {
    const row: number[] = [];
    let left = 1;
    for (const { place: earlier, row: other } of factor) {
      let value = correlation(column, columns[earlier]);
      for (let k = 0; k < row.length; k++) value -= row[k] * other[k];
      value /= other[row.length];
      row.push(value);
      left -= value * value;
    }
    if (left > 1 / mostInflation) factor.push({ place, row: [...row, Math.sqrt(left)] });
    else dependent.push(place);
  });
  return dependent;
}
