import { RelevoError } from '../../contracts/errors.ts';
import { unauthenticated } from './authorize.ts';
import { type Presented, presentedBy } from './credential.ts';
import type { Admission, Gate, GateRequest } from './gate.ts';
import type { KnownKeys } from './keys/known-keys.ts';
import type { Failures } from './limits/failures.ts';
import type { Limiter, LimitHeaders } from './limits/limiter.ts';
import { formPaths } from './own-page.ts';
import { nobody, type Principal } from './principal.ts';
import { csrfHeader, isCsrfToken, type SessionCookie } from './sessions/cookie.ts';
import type { KnownSessions } from './sessions/known-sessions.ts';
import type { KnownTokens } from './tokens/known-tokens.ts';

export interface GateParts {
  keys: Pick<KnownKeys, 'open'>;
  sessions: Pick<KnownSessions, 'open'>;
  /** Absent where no token is believed. */
  tokens: KnownTokens | undefined;
  limiter: Pick<Limiter, 'take'>;
  failures: Failures;
  /** Requests a second; no limit where absent. */
  rates: { perKey: number | undefined; perAddress: number | undefined };
  clientAddress(request: GateRequest): string;
}

/** Who a credential is, and the rate of their own that they have. */
interface Identified {
  principal: Principal;
  ratePerSecond?: number;
}

const noHeaders: LimitHeaders = {};
const stranger: Identified = { principal: nobody };

/** The gate where authentication is demanded: credentials, then token buckets. */
export function createGate(parts: GateParts): Gate {
  const { limiter, rates, failures } = parts;

  const admit = ({ principal, ratePerSecond = rates.perKey }: Identified): Admission | Promise<Admission> => {
    if (principal.kind === 'nobody' || ratePerSecond === undefined) return { principal, headers: noHeaders };
    const headers = limiter.take('key', principal.actor, ratePerSecond);
    return headers instanceof Promise
      ? headers.then((later) => ({ principal, headers: later }))
      : { principal, headers };
  };
  const identify = (request: GateRequest): Admission | Promise<Admission> => {
    const presented = presentedBy(request);
    const address = parts.clientAddress(request);
    const found = identified(presented, request, parts, () => failures.demandPatience(address));
    const demand = (who: Identified | undefined): Admission | Promise<Admission> => {
      if (who !== undefined)
        return request.isStanding ? { principal: who.principal, headers: noHeaders } : admit(who);
      failures.failed(address);
      throw unauthenticated('The credential opens nothing: it is unknown, expired or revoked.');
    };
    if (!(found instanceof Promise)) return demand(found);
    return found.then(demand, (error: unknown) => {
      if (error instanceof RelevoError && error.code === 'UNAUTHENTICATED') failures.failed(address);
      throw error;
    });
  };
  return (request) => {
    if (rates.perAddress === undefined || request.isStanding) return identify(request);
    const headers = limiter.take('address', parts.clientAddress(request), rates.perAddress);
    // The key's own limits are what its client asks about; the address's are told to who has no key.
    const withHeaders = (own: LimitHeaders) => (admission: Admission) =>
      admission.headers === noHeaders ? { ...admission, headers: own } : admission;
    if (headers instanceof Promise)
      return headers.then(async (own) => withHeaders(own)(await identify(request)));
    const admission = identify(request);
    return admission instanceof Promise
      ? admission.then(withHeaders(headers))
      : withHeaders(headers)(admission);
  };
}

/**
 * Who is behind a credential; undefined where it opens nothing. `beforeAsking` stands before whatever has to be asked
 * or computed for it.
 */
function identified(
  presented: Presented,
  request: GateRequest,
  { keys, sessions, tokens }: GateParts,
  beforeAsking: () => void,
): Identified | undefined | Promise<Identified | undefined> {
  if (presented.kind === 'nothing') return stranger;
  if (presented.kind === 'key') return keys.open(presented.key, beforeAsking);
  if (presented.kind === 'token') {
    if (tokens === undefined) return undefined;
    const principal = tokens.open(presented.token, beforeAsking);
    return principal instanceof Promise ? principal.then((found) => ({ principal: found })) : { principal };
  }
  const { session } = presented;
  const check = (principal: Principal | undefined): Identified | undefined => {
    if (principal !== undefined) demandOwnPage(request, session);
    return principal && { principal };
  };
  const principal = sessions.open(session, beforeAsking);
  return principal instanceof Promise ? principal.then(check) : check(principal);
}

const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);
/** It changes nothing, and the Temporal UI, which knows no header of ours, asks it with the session of its user. */
const codecPath = '/codec/';

/** @throws RelevoError FORBIDDEN for a change that some other site may have made the browser send */
function demandOwnPage({ method, path, headers }: GateRequest, { csrfToken }: SessionCookie): void {
  if (harmless.has(method) || path.startsWith(codecPath) || formPaths.has(path)) return;
  const given = headers[csrfHeader];
  if (typeof given === 'string' && isCsrfToken(given, csrfToken)) return;
  throw new RelevoError(
    'FORBIDDEN',
    'A change from a session needs the header that proves the page is ours.',
    {
      field: csrfHeader,
      expected: 'the csrfToken of GET /v1/session',
    },
  );
}
