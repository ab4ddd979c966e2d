import { getCookie } from 'hono/cookie';
import { serialize } from 'hono/utils/cookie';
import { RelevoError } from '../../../contracts/errors.ts';
import { formatGrant } from '../../../contracts/security.ts';
import type { ApiDeps } from '../../deps.ts';
import { createRouter } from '../../openapi.ts';
import type { Authentication } from '../../security/sessions/authentication.ts';
import { forward } from '../pages/forward.ts';
import { askerOf } from './asker.ts';
import { ownSession } from './own-session.ts';
import { beginOidc, endOidc, login, logout, show } from './routes.ts';

type Deps = Pick<ApiDeps, 'logins'> & { authentication: Authentication };

/** Carries the state of a login to the identity provider and back. */
const stateCookie = 'relevo_login';
const stateSeconds = 600;

/** Logins of people, by password or by the identity provider. */
export function sessionRoutes({ logins, authentication }: Deps) {
  const { secure, oidc } = logins;
  const ways: ('password' | 'oidc')[] = oidc === undefined ? ['password'] : ['password', 'oidc'];

  return createRouter()
    .openapi(login, async (c) => {
      const begun = await authentication.byPassword(askerOf(c), c.req.valid('json'));
      const { actor, expiresAt, csrfToken, cookie } = begun;
      const grants = begun.grants.map(formatGrant);
      c.header('set-cookie', cookie);
      c.header('cache-control', 'no-store');
      return c.json({ actor, kind: 'session' as const, grants, expiresAt, csrfToken, logins: ways }, 200);
    })
    .openapi(show, (c) => {
      const { actor, kind, grants } = c.get('principal');
      const csrfToken = ownSession(c)?.csrfToken;
      c.header('cache-control', 'no-store');
      return c.json({ actor, kind, grants: grants.map(formatGrant), csrfToken, logins: ways }, 200);
    })
    .openapi(logout, async (c) => {
      c.header('set-cookie', await authentication.end(ownSession(c)?.id));
      return c.body(null, 204);
    })
    .openapi(beginOidc, async (c) => {
      if (oidc === undefined) throw noProvider();
      const { url, state } = await oidc.begin(c.req.valid('query').returnTo);
      c.header('set-cookie', stateCookieOf(state, secure));
      c.header('cache-control', 'no-store');
      return c.redirect(url.href, 302);
    })
    .openapi(endOidc, async (c) => {
      if (oidc === undefined) throw noProvider();
      const person = await oidc.end(new URL(c.req.url), getCookie(c, stateCookie));
      c.header('set-cookie', stateCookieOf('', secure));
      const { cookie } = await authentication.byProvider(askerOf(c), person);
      c.header('set-cookie', cookie, { append: true });
      return forward(c, person.returnTo);
    });
}

const stateCookieOf = (state: string, secure: boolean): string =>
  serialize(stateCookie, state, {
    ...{ httpOnly: true, secure, sameSite: 'Lax', path: '/v1/session/oidc' },
    maxAge: state === '' ? 0 : stateSeconds,
  });

const noProvider = (): RelevoError =>
  new RelevoError('ROUTE_NOT_FOUND', 'There is no identity provider to log in at.', {
    field: 'RELEVO_OIDC_ISSUER',
    expected: 'the address of one',
  });
