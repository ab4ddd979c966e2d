import { type ErrorCode, type ErrorDetails, RelevoError } from '../contracts/errors.ts';

/** An error on its way between threads, which take no classes along. */
export type SentError = { message: string } & (
  | { code: ErrorCode; details: ErrorDetails }
  | { code?: undefined }
);

export function sentError(error: unknown): SentError {
  if (!(error instanceof RelevoError))
    return { message: error instanceof Error ? error.message : String(error) };
  const { code, message } = error;
  // A value may be anything that a client wrote; what cannot be said in JSON cannot be cloned either.
  const details: ErrorDetails = JSON.parse(JSON.stringify(error.details));
  return { code, message, details };
}

export const receivedError = (sent: SentError): Error =>
  sent.code === undefined ? new Error(sent.message) : new RelevoError(sent.code, sent.message, sent.details);
