import { type Credential, parseKey } from '../../registry/access/credentials.ts';
import { unauthenticated } from './authorize.ts';
import type { GateRequest } from './gate.ts';
import { type SessionCookie, sessionOf } from './sessions/cookie.ts';

/** What a request proves with who sends it. */
export type Presented =
  | { kind: 'nothing' }
  | { kind: 'key'; key: Credential }
  | { kind: 'token'; token: string }
  | { kind: 'session'; session: SessionCookie };

const nothing: Presented = { kind: 'nothing' };
const bearer = /^bearer +(\S+)$/i;
const longestCredential = 8_192;

/**
 * The credential of a request. One in `authorization` goes before `x-api-key`, that before a cookie: a page that shows
 * a key means it.
 * @throws RelevoError UNAUTHENTICATED where a header holds something else
 */
export function presentedBy({ headers }: Pick<GateRequest, 'headers'>): Presented {
  const { authorization, 'x-api-key': apiKey, cookie } = headers;
  if (authorization !== undefined) return fromAuthorization(authorization);
  if (apiKey !== undefined) return fromKey(apiKey);
  if (typeof cookie !== 'string') return nothing;
  const session = sessionOf(cookie);
  return session === undefined ? nothing : { kind: 'session', session };
}

function fromAuthorization(header: string | string[]): Presented {
  const [, credential] = (typeof header === 'string' && bearer.exec(header)) || [];
  if (credential === undefined)
    throw unauthenticated('The header "authorization" holds no bearer credential.');
  if (credential.startsWith('relevo_')) return fromKey(credential);
  if (credential.length > longestCredential) throw notACredential();
  return { kind: 'token', token: credential };
}

function fromKey(text: string | string[]): Presented {
  const key = typeof text === 'string' ? parseKey(text) : undefined;
  if (key === undefined) throw notACredential();
  return { kind: 'key', key };
}

const notACredential = () => unauthenticated('This is neither a key of Relevo nor a token.');
