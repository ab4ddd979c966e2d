import type { ApiContext } from '../../openapi.ts';
import { type SessionCookie, sessionOf } from '../../security/sessions/cookie.ts';

/** The session that the request was let in by. */
export const ownSession = (c: ApiContext): SessionCookie | undefined =>
  c.get('principal').kind === 'session' ? sessionOf(c.req.header('cookie')) : undefined;
