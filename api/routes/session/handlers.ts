import { getCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { serialize } from 'hono/utils/cookie';
import { RelevoError } from '../../../contracts/errors.ts';
import { formatGrant } from '../../../contracts/security.ts';
import { hashOf, newCredential } from '../../../registry/access/credentials.ts';
import { isPassword } from '../../../registry/access/passwords.ts';
import type { NewSession } from '../../../registry/access/types.ts';
import type { ApiDeps } from '../../deps.ts';
import { type ApiContext, createRouter } from '../../openapi.ts';
import { unauthenticated } from '../../security/authorize.ts';
import { createFailures } from '../../security/limits/failures.ts';
import { csrfTokenOf, sessionCookie, sessionOf } from '../../security/sessions/cookie.ts';
import { beginOidc, endOidc, login, logout, show } from './routes.ts';

type Deps = Pick<ApiDeps, 'logins'> & { registry: Pick<ApiDeps['registry'], 'access'> };

const mostWrongPasswords = 5;
const sessionMs = 12 * 60 * 60 * 1000;
/** Carries the state of a login to the identity provider and back. */
const stateCookie = 'relevo_login';
const stateSeconds = 600;

/** Logins of people, by password or by the identity provider. */
export function sessionRoutes({ registry, logins }: Deps) {
  const { users, sessions, audit } = registry.access;
  const { secure, oidc } = logins;
  const failures = createFailures(mostWrongPasswords);
  const ways: ('password' | 'oidc')[] = oidc === undefined ? ['password'] : ['password', 'oidc'];

  const begin = async (c: ApiContext, who: Pick<NewSession, 'actor' | 'grants' | 'user'>) => {
    const credential = newCredential();
    const expires = new Date(Date.now() + sessionMs);
    const expiresAt = expires.toISOString();
    const { id, secret } = credential;
    const session = await sessions.create({ id, secretHash: hashOf(secret), ...who, expiresAt });
    if (session === undefined) throw await wrong(c, who.actor);
    await record(c, who.actor, 'done');
    c.header('set-cookie', sessionCookie({ credential, expires }, secure), { append: true });
    c.header('cache-control', 'no-store');
    return { expiresAt, csrfToken: csrfTokenOf(credential) };
  };
  const record = (c: ApiContext, actor: string, outcome: 'done' | 'refused'): Promise<void> =>
    audit.add({
      ...{ actor, action: 'login', target: c.req.path, outcome },
      ...{ requestId: c.get('requestId'), remoteAddress: c.get('remoteAddress') },
    });
  const wrong = async (c: ApiContext, actor: string): Promise<RelevoError> => {
    await record(c, actor, 'refused');
    return unauthenticated('Name or password is wrong.');
  };

  return createRouter()
    .openapi(login, async (c) => {
      const { name, password } = c.req.valid('json');
      const [byName, byAddress] = [`name ${name}`, `address ${c.get('remoteAddress')}`];
      for (const who of [byName, byAddress]) failures.demandPatience(who);
      // Counted before the password is looked at, so that many at once are no way around it.
      for (const who of [byName, byAddress]) failures.failed(who);
      const user = await users.login(name);
      if (!(await isPassword(password, user?.passwordHash)) || user === undefined)
        throw await wrong(c, `user:${name}`);
      failures.forgive(byName);
      failures.forgive(byAddress);
      const actor = `user:${user.name}`;
      const session = await begin(c, { actor, grants: user.grants, user });
      const grants = user.grants.map(formatGrant);
      return c.json({ actor, kind: 'session' as const, grants, ...session, logins: ways }, 200);
    })
    .openapi(show, (c) => {
      const { actor, kind, grants } = c.get('principal');
      const session = kind === 'session' ? sessionOf(c.req.header('cookie')) : undefined;
      c.header('cache-control', 'no-store');
      return c.json(
        { actor, kind, grants: grants.map(formatGrant), csrfToken: session?.csrfToken, logins: ways },
        200,
      );
    })
    .openapi(logout, async (c) => {
      const session = c.get('principal').kind === 'session' ? sessionOf(c.req.header('cookie')) : undefined;
      if (session !== undefined) await sessions.end(session.id);
      c.header('set-cookie', sessionCookie(undefined, secure));
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
      const { subject, grants, returnTo } = await oidc.end(new URL(c.req.url), getCookie(c, stateCookie));
      const actor = `oidc:${subject.slice(0, 200)}`;
      c.header('set-cookie', stateCookieOf('', secure));
      if (grants.length === 0) {
        await record(c, actor, 'refused');
        throw new RelevoError('FORBIDDEN', 'The identity provider gives you no role here.', {
          field: 'roles',
        });
      }
      await begin(c, { actor, grants });
      // A redirect would still be the provider's navigation, which a browser sends no strict cookie with.
      return c.html(
        html`<!doctype html><meta http-equiv="refresh" content="0;url=${returnTo}"><a href="${returnTo}">${returnTo}</a>`,
        200,
      );
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
