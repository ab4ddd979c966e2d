import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestApi } from '../../../test/support/api.ts';
import { client, type Issuer, startIssuer } from '../../../test/support/issuer.ts';
import { startSecuredApi } from '../../../test/support/secured-api.ts';

let issuer: Issuer;
let api: TestApi;
let close: () => Promise<void>;

beforeAll(async () => {
  issuer = await startIssuer();
  ({ api, close } = await startSecuredApi({
    ...{ RELEVO_OIDC_ISSUER: issuer.url, RELEVO_OIDC_CLIENT_ID: client.id },
    ...{ RELEVO_OIDC_CLIENT_SECRET: client.secret, RELEVO_PUBLIC_URL: 'http://relevo.example' },
  }));
});
afterAll(async () => {
  await close();
  await issuer.close();
});

const get = (path: string, cookie = ''): Promise<Response> =>
  fetch(`${api.url}${path}`, { headers: { cookie }, redirect: 'manual' });
const cookiesOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');

/** Goes to the provider, as a browser does, and back as far as the address that it is sent to. */
async function goAndComeBack(returnTo = '/docs'): Promise<{ cookie: string; back: URL }> {
  const begun = await get(`/v1/session/oidc?returnTo=${encodeURIComponent(returnTo)}`);
  expect(begun.status).toBe(302);
  expect(begun.headers.getSetCookie()[0]).toMatch(/HttpOnly.*SameSite=Lax/);
  const agreed = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
  return { cookie: cookiesOf(begun), back: new URL(agreed.headers.get('location') ?? '') };
}
const code = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { code: string } }).error.code;

it('logs in by code and PKCE, with the roles of the provider, and leads on to where one wanted to go', async () => {
  issuer.nextLogin = { claims: { roles: ['viewer:steel-energy', 'staff'] } };
  const { cookie, back } = await goAndComeBack('/docs?x=1');
  expect(back.origin + back.pathname).toBe('http://relevo.example/v1/session/oidc/callback');
  const done = await get(back.pathname + back.search, cookie);
  expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('url=/docs?x=1')]);
  const session = cookiesOf(done);
  const who = await (await get('/v1/session', session)).json();
  expect(who).toMatchObject({ actor: 'oidc:ana', kind: 'session', grants: ['viewer:steel-energy'] });
  expect((await get('/v1/runs?pipeline=steel-energy', session)).status).toBe(200);
  expect((await get('/v1/runs', session)).status).toBe(403);
});

it('takes a code once, for the browser that asked, with the nonce that it was asked with', async () => {
  issuer.nextLogin = { claims: { roles: ['viewer'] } };
  const { cookie, back } = await goAndComeBack();
  const path = back.pathname + back.search;
  expect(await code(await get(path))).toBe('UNAUTHENTICATED');
  const other = await goAndComeBack();
  expect(await code(await get(path, other.cookie))).toBe('UNAUTHENTICATED');
  expect((await get(path, cookie)).status).toBe(200);
  expect(await code(await get(path, cookie))).toBe('UNAUTHENTICATED');

  issuer.nextLogin = { claims: { roles: ['viewer'] }, nonce: 'of another login' };
  const replayed = await goAndComeBack();
  const answer = await get(replayed.back.pathname + replayed.back.search, replayed.cookie);
  expect(await code(answer)).toBe('UNAUTHENTICATED');
  issuer.nextLogin = { claims: { roles: ['viewer'], aud: 'billing' } };
  const foreign = await goAndComeBack();
  expect(await code(await get(foreign.back.pathname + foreign.back.search, foreign.cookie))).toBe(
    'UNAUTHENTICATED',
  );
});

it('lets nobody in without a role here', async () => {
  issuer.nextLogin = { claims: { roles: ['staff'] } };
  const { cookie, back } = await goAndComeBack();
  const answer = await get(back.pathname + back.search, cookie);
  expect([answer.status, await code(answer)]).toEqual([403, 'FORBIDDEN']);
});

it.each([
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '/a\nset-cookie: x',
  'javascript:alert(1)',
])('leads nowhere else: %j', async (returnTo) => {
  const refused = await get(`/v1/session/oidc?returnTo=${encodeURIComponent(returnTo)}`);
  expect([refused.status, await code(refused)]).toEqual([400, 'REQUEST_INVALID']);
});
