import type { Logger } from 'pino';
import type { RelevoError } from '../../contracts/errors.ts';

/** Logs what the server, not the client, did wrong. Inputs are never logged: a client's faults are its own. */
export function logFailure(
  log: Logger,
  error: RelevoError,
  request: { requestId: string; method: string; route: string },
): void {
  if (error.status < 500) return;
  const cause = error.cause ?? error;
  if (error.retryable && error.code !== 'INTERNAL') log.warn({ ...request, code: error.code }, error.message);
  else log.error({ ...request, code: error.code, err: cause }, error.message);
}
