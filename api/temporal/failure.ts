import { CancelledFailure, TemporalFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { isErrorCode, RelevoError } from '../../contracts/errors.ts';
import type { RunError } from '../../registry/types.ts';

/**
 * Why a workflow ended: the deepest failure of Relevo's own catalogue in the chain of causes, since an
 * activity's error arrives wrapped in those of the activity and of each workflow above it.
 */
export function runErrorOf(failure: unknown): RunError {
  let found: RunError | undefined;
  let deepest: unknown = failure;
  for (let current = failure; current instanceof Error; current = current.cause) {
    deepest = current;
    const type = 'type' in current ? current.type : undefined;
    if (!isErrorCode(type)) continue;
    const [details] = 'details' in current && Array.isArray(current.details) ? current.details : [];
    found = { code: type, message: current.message, ...(details === undefined ? {} : { details }) };
  }
  return found ?? unknownFailure(deepest);
}

function unknownFailure(failure: unknown): RunError {
  if (failure instanceof CancelledFailure || failure instanceof TerminatedFailure) {
    return { code: 'CANCELLED', message: failure.message || 'The run was stopped.' };
  }
  if (failure instanceof TimeoutFailure)
    return { code: 'INTERNAL', message: `Timed out: ${failure.message}` };
  const message = failure instanceof TemporalFailure ? failure.message : 'The workflow failed.';
  return { code: 'INTERNAL', message };
}

/** The error of a run as one of the catalogue, to be answered with its status. */
export function errorOfRun({ code, message, details }: RunError): RelevoError {
  const known = isErrorCode(code) ? code : 'INTERNAL';
  return new RelevoError(known, message, typeof details === 'object' && details !== null ? details : {});
}
