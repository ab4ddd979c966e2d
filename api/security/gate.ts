import type { Principal } from './principal.ts';

/** What a request says of who sends it; header names in lower case, as node and Hono have them. */
export interface GateRequest {
  method: string;
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of the socket; absent where there is none. */
  remoteAddress: string | undefined;
  /** Asked again of a request that was let in and whose answer still streams: no bucket pays for it. */
  isStanding?: boolean;
}

/** Who was let in, and what the answer should say of their limits (`RateLimit-*`). */
export interface Admission {
  principal: Principal;
  headers: Readonly<Record<string, string>>;
}

/**
 * Finds out who asks and takes a token from their buckets; what they may do is for `authorize`. Synchronous where
 * everything is in memory, which is every request but a credential's first.
 * @throws RelevoError UNAUTHENTICATED for a credential that is none, RATE_LIMITED where the bucket is empty. The promise
 * rejects with the same.
 */
export type Gate = (request: GateRequest) => Admission | Promise<Admission>;
