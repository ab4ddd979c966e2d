import { RelevoError } from '../../../contracts/errors.ts';

/** Why a model that was not made here cannot answer for a pipeline. */
export const unfit = (message: string, field: string, value: unknown, expected: string): RelevoError =>
  new RelevoError('MLFLOW_MODEL_UNFIT', message, { field, value, expected });
