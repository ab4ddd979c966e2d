import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { ZodError } from 'zod';
import { type ErrorDetails, RelevoError, showValue } from '../contracts/errors.ts';

const jsonSafe = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))
    ? showValue(value)
    : value;

/**
 * What Temporal records of an error: the code as `type`, the details as the first detail, and whether
 * a retry can help by the catalogue. An error that is not ours is INTERNAL and is tried again, but for faults of
 * the program itself, which no retry mends; Node's own network errors are TypeErrors with a cause.
 */
export function toFailure(error: unknown): ApplicationFailure | CancelledFailure {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  const known =
    error instanceof RelevoError
      ? error
      : new RelevoError('INTERNAL', error instanceof Error ? error.message : showValue(error), undefined, {
          cause: error,
        });
  const isFault = error instanceof TypeError || error instanceof ReferenceError || error instanceof ZodError;
  const details: ErrorDetails = JSON.parse(JSON.stringify(known.details, jsonSafe));
  return ApplicationFailure.create({
    message: known.message,
    type: known.code,
    nonRetryable: !known.retryable || (isFault && error.cause === undefined),
    details: [details],
    cause: known,
  });
}

/** Whether the error is how a computation answers its own cancellation. */
const isCancellation = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'AbortError' || (error as { code?: string }).code === 'CANCELLED');

type Activity = (input: never) => Promise<unknown>;

/** The same activities, throwing what Temporal understands. */
export function withTypedFailures<A extends Record<string, Activity>>(activities: A): A {
  const wrap =
    (activity: Activity): Activity =>
    async (input) => {
      try {
        return await activity(input);
      } catch (error) {
        const { cancellationSignal } = Context.current();
        if (cancellationSignal.aborted && isCancellation(error)) throw cancellationSignal.reason;
        throw toFailure(error);
      }
    };
  return Object.fromEntries(
    Object.entries(activities).map(([name, activity]) => [name, wrap(activity)]),
  ) as A;
}
