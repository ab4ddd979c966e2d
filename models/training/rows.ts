import type { Matrix } from '../../contracts/frame.ts';
import { joinNumbers } from '../../inference/joined.ts';

/** Rows as estimators see them. */
export interface PreparedRows {
  features: Matrix;
  /** The target's value, or the index of its class. */
  target: Float64Array;
  /** The base prediction; 0 where the pipeline has none or it is missing. */
  base: Float64Array;
  /** target − base: what is learnt. */
  residual: Float64Array;
  rowIds: Float64Array;
  /** How much each row counts; 1 each where absent. */
  weights?: Float64Array;
  /** Value of the column that a grouped cross-validation keeps together. */
  groups?: Float64Array;
  /** Value of the column that a cross-validation in time goes by. */
  times?: Float64Array;
}
export interface TrainingSet {
  train: PreparedRows;
  validation: PreparedRows;
  test: PreparedRows;
}

/** Rows of both, in that order. */
export function joinRows(first: PreparedRows, second: PreparedRows): PreparedRows {
  const optional = (name: 'weights' | 'groups' | 'times') => {
    const [a, b] = [first[name], second[name]];
    return a && b ? { [name]: joinNumbers([a, b]) } : {};
  };
  return {
    features: {
      rows: first.features.rows + second.features.rows,
      names: first.features.names,
      data: joinNumbers([first.features.data, second.features.data]),
    },
    target: joinNumbers([first.target, second.target]),
    base: joinNumbers([first.base, second.base]),
    residual: joinNumbers([first.residual, second.residual]),
    rowIds: joinNumbers([first.rowIds, second.rowIds]),
    ...optional('weights'),
    ...optional('groups'),
    ...optional('times'),
  };
}

/** The rows at the given positions, in that order. */
export function rowsAt(rows: PreparedRows, positions: Int32Array): PreparedRows {
  const { names, data } = rows.features;
  const taken = new Float64Array(positions.length * names.length);
  positions.forEach((position, row) => {
    const start = position * names.length;
    taken.set(data.subarray(start, start + names.length), row * names.length);
  });
  const optional = (name: 'weights' | 'groups' | 'times') => {
    const values = rows[name];
    return values ? { [name]: take(values, positions) } : {};
  };
  return {
    features: { rows: positions.length, names, data: taken },
    target: take(rows.target, positions),
    base: take(rows.base, positions),
    residual: take(rows.residual, positions),
    rowIds: take(rows.rowIds, positions),
    ...optional('weights'),
    ...optional('groups'),
    ...optional('times'),
  };
}

const take = (values: Float64Array, positions: Int32Array): Float64Array =>
  Float64Array.from(positions, (position) => values[position]);
