import { RelevoError } from '../../contracts/errors.ts';
import { runInPool } from '../pool.ts';
import type { CalibrationTask, FittedCalibration } from './fit.worker.ts';

export { calibrate } from './calibrate.ts';
export type { CalibrationReport } from './fit.worker.ts';
export { addCalibrationToGraph } from './graph.ts';
export { type CalibrationState, calibrationStateSchema } from './state.ts';

/** Fewest rows that a calibration is learnt from: below it, cross-validation in five folds says nothing. */
const leastRows = 10;

/**
 * Learns how to correct probabilities from rows that the model has not learned from. `auto` takes what has the least
 * log-loss by cross-validation over these rows, among temperature scaling (with and without a bias per class), Platt's
 * scaling, isotonic regression and nothing. Runs on another thread.
 * @param probabilities row-major, `classes` per row, each row adding up to 1.
 * @param actual class indices.
 * @throws RelevoError DATASET_TOO_SMALL below ten rows; CANCELLED when `signal` fires.
 */
export async function fitCalibration(
  method: CalibrationTask['method'],
  probabilities: Float64Array,
  classes: number,
  actual: Float64Array,
  { seed, signal }: { seed: number; signal?: AbortSignal },
): Promise<FittedCalibration> {
  if (probabilities.length !== actual.length * classes)
    throw new RangeError(
      `${actual.length} rows of ${classes} classes are not ${probabilities.length} values`,
    );
  if (actual.length < leastRows)
    throw new RelevoError('DATASET_TOO_SMALL', `${actual.length} rows are too few to calibrate on`, {
      field: 'calibration',
      value: actual.length,
      expected: `at least ${leastRows} rows that the model has not learned from`,
      remedy: 'Ingest more rows, or set calibration to none.',
    });
  return await runInPool<CalibrationTask, FittedCalibration>(
    new URL('./fit.worker.ts', import.meta.url),
    { method, probabilities, classes, actual, seed },
    signal,
  );
}
