import type { Logger } from 'pino';
import type { RelevoError } from '../../contracts/errors.ts';

/**
 * Logs what the server did wrong; what the client did, from level debug on, and what of its input is at fault only where
 * the log is told to keep inputs.
 */
export function logFailure(
  log: Logger,
  error: RelevoError,
  request: { requestId: string; method: string; route: string },
): void {
  const cause = error.cause ?? error;
  if (error.status < 500) {
    const refused = { message: error.message, ...error.details };
    log.debug({ ...request, code: error.code, refused }, 'Refused');
  } else if (error.retryable && error.code !== 'INTERNAL')
    log.warn({ ...request, code: error.code }, error.message);
  else log.error({ ...request, code: error.code, err: cause }, error.message);
}
