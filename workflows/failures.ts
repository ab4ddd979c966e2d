import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { type ErrorCode, type ErrorDetails, isErrorCode } from '../contracts/errors.ts';

export interface TypedError {
  code: ErrorCode;
  message: string;
  details: ErrorDetails;
}

/** The catalogued error behind whatever a step or a child run threw. */
export function typedError(error: unknown): TypedError {
  if (error instanceof ApplicationFailure && isErrorCode(error.type))
    return { code: error.type, message: error.message, details: detailsOf(error) };
  if (error instanceof ActivityFailure && error.cause instanceof TimeoutFailure)
    return internal(
      `The step ${error.activityType} gave no sign of life in time (${error.cause.timeoutType})`,
    );
  if ((error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) && error.cause)
    return typedError(error.cause);
  return internal(error instanceof Error ? error.message : String(error));
}

const internal = (message: string): TypedError => ({ code: 'INTERNAL', message, details: {} });

const detailsOf = ({ details }: ApplicationFailure): ErrorDetails =>
  (details?.[0] as ErrorDetails | undefined) ?? {};

/** Fails the run with a catalogued error; a plain Error would only retry the workflow task. */
export const fail = ({ code, message, details }: TypedError, cause?: unknown): ApplicationFailure =>
  ApplicationFailure.create({
    message,
    type: code,
    nonRetryable: true,
    details: [details],
    cause: cause instanceof Error ? cause : undefined,
  });
