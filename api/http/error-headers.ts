import type { RelevoError } from '../../contracts/errors.ts';
import { retryAfterSeconds } from '../limits.ts';
import { RateLimited } from '../security/rate-limited.ts';

const challenge = 'Bearer realm="relevo"';

/** What an error's answer says beside its body: when to come back, how to prove who one is. */
export function errorHeaders(error: RelevoError): Record<string, string> {
  if (error instanceof RateLimited) return { ...error.headers };
  if (error.code === 'UNAUTHENTICATED') return { 'www-authenticate': challenge };
  return error.retryable ? { 'retry-after': String(retryAfterSeconds) } : {};
}
