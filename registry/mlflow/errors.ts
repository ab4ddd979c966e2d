import { RelevoError } from '../../contracts/errors.ts';

/** @param what such as `Run with id=3f…`. */
export const mlflowNotFound = (what: string, field: string, value: unknown): RelevoError =>
  new RelevoError('MLFLOW_NOT_FOUND', `${what} not found`, { field, value });

/** MLFLOW_ALREADY_EXISTS, for a name that is taken. */
export const mlflowAlreadyExists = (what: string, field: string, value: unknown): RelevoError =>
  new RelevoError('MLFLOW_ALREADY_EXISTS', `${what} already exists`, {
    field,
    value,
    expected: 'a name that is free',
  });

/** REQUEST_INVALID, for a parameter that MLflow's API does not take. */
export const invalid = (message: string, field: string, value: unknown, expected?: string): RelevoError =>
  new RelevoError('REQUEST_INVALID', message, {
    field,
    value,
    ...(expected === undefined ? {} : { expected }),
  });
