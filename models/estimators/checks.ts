import { RelevoError } from '../../contracts/errors.ts';
import type { Constraints, LabelledRows, Task, TaskKind } from '../../contracts/estimator.ts';
import type { Matrix } from '../../contracts/frame.ts';

/**
 * What every estimator asks of its rows: at least one, a finite target each (of a classification: a class index),
 * weights that weigh something.
 * @throws RelevoError DATASET_TOO_SMALL, TRAINING_FAILED naming the column and the row.
 */
export function checkRows(
  { features, target, weights }: LabelledRows,
  task: Task = { kind: 'regression' },
): void {
  const { rows, names } = features;
  if (rows === 0) throw new RelevoError('DATASET_TOO_SMALL', 'There are no rows to learn from');
  if (names.length === 0) throw fault('features', 0, 'at least one feature');
  if (target.length !== rows) throw fault('target', target.length, `one value for each of ${rows} rows`);
  const badTarget = target.findIndex((value) => !Number.isFinite(value));
  if (badTarget >= 0) throw fault('target', target[badTarget], 'a finite number', badTarget);
  if (task.kind === 'classification') checkClasses(target, task.classes);
  if (weights !== undefined) checkWeights(weights, rows);
}

function checkClasses(target: Float64Array, classes: number): void {
  const bad = target.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value < classes));
  if (bad >= 0) throw fault('target', target[bad], `a class index, 0 to ${classes - 1}`, bad);
}

function checkWeights(weights: Float64Array, rows: number): void {
  if (weights.length !== rows) throw fault('weights', weights.length, `one weight for each of ${rows} rows`);
  const bad = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad >= 0) throw fault('weights', weights[bad], 'a finite number of at least 0', bad);
  if (weights.every((weight) => weight === 0)) throw fault('weights', 0, 'at least one weight above 0');
}

/**
 * What estimators ask whose `needs` are complete features.
 * @throws RelevoError TRAINING_FAILED naming the first cell that is missing or infinite.
 */
export function checkComplete({ names, data }: Matrix): void {
  const missing = data.findIndex((value) => !Number.isFinite(value));
  if (missing < 0) return;
  const row = Math.floor(missing / names.length);
  throw fault(names[missing % names.length], data[missing], 'a finite number', row);
}

/** @throws RelevoError PIPELINE_INVALID where the estimator does not learn this kind of task. */
export function checkTask(name: string, tasks: readonly TaskKind[], task: Task): void {
  if (tasks.includes(task.kind)) return;
  throw new RelevoError('PIPELINE_INVALID', `The estimator "${name}" does not learn a ${task.kind}`, {
    field: 'estimator',
    value: name,
    expected: `an estimator of a ${task.kind}; ${name} is one of ${tasks.join(', ')}`,
  });
}

/** @throws RelevoError PIPELINE_INVALID where there are constraints: for estimators that cannot promise to obey. */
export function refuseConstraints(name: string, constraints: Constraints | undefined): void {
  const asked = (['monotone', 'interactions'] as const).filter(
    (kind) => Object.keys(constraints?.[kind] ?? {}).length > 0,
  );
  if (asked.length === 0) return;
  throw new RelevoError('PIPELINE_INVALID', `The estimator "${name}" cannot obey constraints`, {
    field: `constraints.${asked[0]}`,
    value: name,
    expected: 'an estimator that obeys them, such as xgboost',
  });
}

/** TRAINING_FAILED, for numbers that no fit can take; `row` counts the rows of the fit from 0. */
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

/** CANCELLED, for a fit whose signal was aborted. */
export const cancelled = (): RelevoError => new RelevoError('CANCELLED', 'The fit was cancelled');
