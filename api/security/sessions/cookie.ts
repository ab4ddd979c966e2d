import { createHash } from 'node:crypto';
import { parse, serialize } from 'hono/utils/cookie';
import {
  type Credential,
  digestOf,
  formatSession,
  parseSession,
  sameDigest,
} from '../../../registry/access/credentials.ts';

/** Over TLS the browser itself sees to it that the cookie is of this host alone. */
const nameFor = (secure: boolean): string => (secure ? '__Host-relevo_session' : 'relevo_session');

/** The header that a page proves with that it is ours: a foreign page can make a browser send the cookie, not this. */
export const csrfHeader = 'x-relevo-csrf';

export interface SessionCookie extends Credential {
  csrfToken: string;
}

/** The session that a request's cookies carry. */
export function sessionOf(cookies: string | undefined): SessionCookie | undefined {
  if (cookies === undefined) return undefined;
  for (const secure of [true, false]) {
    const credential = parseSession(parse(cookies, nameFor(secure))[nameFor(secure)] ?? '');
    if (credential !== undefined) return { ...credential, csrfToken: csrfTokenOf(credential) };
  }
  return undefined;
}

/** What the page sends in `x-relevo-csrf`: it follows from the secret, and does not tell it. */
export const csrfTokenOf = ({ secret }: Pick<Credential, 'secret'>): string =>
  createHash('sha256').update(`csrf ${secret}`).digest('base64url');

/** Whether a header holds the session's token, found in a time that does not tell how much of it is right. */
export const isCsrfToken = (given: string | undefined, token: string): boolean =>
  given !== undefined && sameDigest(digestOf(given), digestOf(token));

/** The `set-cookie` that begins a session, or ends it where there is none. */
export function sessionCookie(
  session: { credential: Credential; expires: Date } | undefined,
  secure: boolean,
): string {
  const common = { httpOnly: true, path: '/', secure } as const;
  const name = nameFor(secure);
  if (session === undefined) return serialize(name, '', { ...common, sameSite: 'Strict', maxAge: 0 });
  const value = formatSession(session.credential);
  return serialize(name, value, { ...common, sameSite: 'Strict', expires: session.expires });
}
