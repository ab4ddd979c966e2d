import { RelevoError } from '../../contracts/errors.ts';
import type { LabelledRows } from '../../contracts/estimator.ts';

/**
 * What every estimator asks of its rows: at least one, a finite target each, weights that weigh something.
 * @throws RelevoError DATASET_TOO_SMALL, TRAINING_FAILED naming the column and the row.
 */
export function checkRows({ features, target, weights }: LabelledRows): void {
  const { rows, names } = features;
  if (rows === 0) throw new RelevoError('DATASET_TOO_SMALL', 'There are no rows to learn from');
  if (names.length === 0) throw fault('features', 0, 'at least one feature');
  if (target.length !== rows) throw fault('target', target.length, `one value for each of ${rows} rows`);
  const badTarget = target.findIndex((value) => !Number.isFinite(value));
  if (badTarget >= 0) throw fault('target', target[badTarget], 'a finite number', badTarget);
  if (weights !== undefined) checkWeights(weights, rows);
}

function checkWeights(weights: Float64Array, rows: number): void {
  if (weights.length !== rows) throw fault('weights', weights.length, `one weight for each of ${rows} rows`);
  const bad = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad >= 0) throw fault('weights', weights[bad], 'a finite number of at least 0', bad);
  if (weights.every((weight) => weight === 0)) throw fault('weights', 0, 'at least one weight above 0');
}

export const fault = (field: string, value: unknown, expected: string, row?: number): RelevoError =>
  new RelevoError('TRAINING_FAILED', `Cannot fit: "${field}" is ${value}, expected ${expected}`, {
    field,
    value,
    expected,
    where: row === undefined ? undefined : `row ${row}`,
  });

/** Mean of the target, weighted where there are weights. */
export function weightedMean(values: Float64Array, weights: Float64Array | undefined): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = weights?.[i] ?? 1;
    sum += weight * values[i];
    total += weight;
  }
  return sum / total;
}

export const cancelled = (): RelevoError => new RelevoError('CANCELLED', 'The fit was cancelled');
