import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../../registry/access/passwords.ts';
import { startSecurity, type TestSecurity } from '../../../test/support/access.ts';
import { fileChampions, startApi, type TestApi } from '../../../test/support/api.ts';
import { client, type Issuer, startIssuer } from '../../../test/support/issuer.ts';
import { type SecuredApi, startSecuredApi } from '../../../test/support/secured-api.ts';
import { type Visit, visitor } from '../../../test/support/visitor.ts';

const password = 'correct horse battery';
const ana = { name: 'ana', password };
let secured: SecuredApi;
let api: TestApi;

beforeAll(async () => {
  secured = await startSecuredApi();
  api = secured.api;
  await secured.db.registry.access.users.create({
    name: ana.name,
    grants: [
      { role: 'viewer', pipeline: 'steel-energy' },
      { role: 'client', pipeline: 'steel-energy' },
      { role: 'engineer', pipeline: 'mill-of-old' },
    ],
    passwordHash: await hashPassword(password),
  });
});
afterAll(() => secured.close());

const locationOf = ({ status, headers }: Visit): unknown[] => [status, headers.get('location')];
/** The text of the elements of that class or role. */
const said = ({ text }: Visit, role: 'alert' | 'status'): string =>
  new RegExp(`role="${role}">([^<]*)<`).exec(text)?.[1] ?? '';
const inputs = ({ text }: Visit): string[] =>
  [...text.matchAll(/<input[^>]* name="(\w+)"/g)].map(([, name]) => name);
const hidden = ({ text }: Visit, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? '';

describe('who opens the address', () => {
  it('with a browser is led to sign in; a program hears where everything is', async () => {
    const guest = visitor(api.url);
    expect(locationOf(await guest.open('/'))).toEqual([303, '/login']);
    const answer = await fetch(`${api.url}/`);
    expect(await answer.json()).toMatchObject({ name: 'relevo', links: { docs: '/docs' } });
  });

  it('of what needs a role is led to sign in and back; a program is refused', async () => {
    const path = '/v1/pipelines/steel-energy/datasets/report?version=a';
    const to = `/login?${new URLSearchParams({ returnTo: path })}`;
    expect(locationOf(await visitor(api.url).open(path))).toEqual([303, to]);
    expect((await fetch(`${api.url}${path}`, { redirect: 'manual' })).status).toBe(401);
    const stranger = { authorization: `Bearer relevo_${'0'.repeat(16)}_${'A'.repeat(43)}` };
    expect((await visitor(api.url).open(path, stranger)).status).toBe(401);
  });
});

describe('the page to sign in on', () => {
  it('runs no script, loads nothing, and lets the browser apply its own style alone', async () => {
    const { headers, text } = await visitor(api.url).open('/login');
    const policy = headers.get('content-security-policy') ?? '';
    const [, style] = /<style>(.*)<\/style>/s.exec(text) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy).toContain(`style-src 'sha256-${hash}';`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(text).not.toMatch(/<script|style=|\son\w+=|(?:href|src|action)="(?!\/|data:)/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('same-origin');
  });

  it('asks for a password and offers no identity provider where there is none', async () => {
    const page = await visitor(api.url).open('/login');
    expect(inputs(page)).toEqual(['returnTo', 'name', 'password']);
    expect(page.text).not.toContain('/v1/session/oidc');
  });

  it('speaks the language of the browser, until another is chosen', async () => {
    const guest = visitor(api.url, 'fr,es-CO;q=0.9,en;q=0.5');
    const first = await guest.open('/login?returnTo=%2Fdocs');
    expect(first.headers.get('content-language')).toBe('es');
    expect(first.text).toContain('<html lang="es">');
    const [, switched] = /href="([^"]*)" lang="en"/.exec(first.text) ?? [];
    const second = await guest.open(switched.replaceAll('&amp;', '&'));
    expect(second.text).toContain('<label for="password">Password</label>');
    expect(hidden(second, 'returnTo')).toBe('/docs');
    expect((await guest.open('/login')).text).toContain('<html lang="en">');
    expect((await guest.open('/login?language=fr')).text).toContain('<html lang="en">');
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https:evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
    '/a\r\nset-cookie: x=1',
  ])('leads nowhere else: %j', async (returnTo) => {
    const page = await visitor(api.url).open(`/login?${new URLSearchParams({ returnTo })}`);
    expect(hidden(page, 'returnTo')).toBe('/');
    expect(page.text).not.toContain('evil');
    const done = await visitor(api.url).send('/login', { ...ana, returnTo });
    expect(locationOf(done)).toEqual([303, '/']);
  });
});

describe('signing in', () => {
  it('begins a session, leads on, shows who one is and what one may do, and ends it', async () => {
    const browser = visitor(api.url);
    const done = await browser.send('/login', { ...ana, returnTo: '/?language=en' });
    expect(locationOf(done)).toEqual([303, '/?language=en']);
    expect(done.headers.getSetCookie()[0]).toMatch(/HttpOnly.*SameSite=Strict/);
    const home = await browser.open('/');
    expect(home.text).toContain('You are ana');
    const shown = [
      ...home.text.matchAll(/<br><code>([\w-]+)<\/code>.*?data-label="Your roles">(.*?)<\/td>/gs),
    ];
    const roles = shown.map(([, name, cell]) => [
      name,
      ...[...cell.matchAll(/"role">(\w+)/g)].map(([, r]) => r),
    ]);
    expect(roles).toEqual([
      ['steel-energy', 'viewer', 'client'],
      ['mill-of-old', 'engineer'],
    ]);
    const paths = [...home.text.matchAll(/<li><a href="([^"]+)"/g)].map(([, path]) => path);
    expect(paths).toEqual(['/docs', 'http://127.0.0.1:8233/', '/ready']);
    expect(locationOf(await browser.open('/login?returnTo=%2Fdocs'))).toEqual([303, '/docs']);

    const sessionCookies = new Map(browser.cookies);
    expect((await browser.send('/logout', { csrf: 'AAAA' })).status).toBe(403);
    expect((await browser.open('/')).status).toBe(200);
    const out = await browser.send('/logout', { csrf: hidden(home, 'csrf') });
    expect(locationOf(out)).toEqual([303, '/login?notice=signed-out']);
    expect(browser.cookies.size).toBe(0);
    expect(said(await browser.open('/login?notice=signed-out'), 'status')).toBe('You have signed out.');

    const late = visitor(api.url, 'es');
    for (const [name, value] of sessionCookies) late.cookies.set(name, value);
    // The gate hears of it within moments.
    await expect.poll(async () => locationOf(await late.open('/'))).toEqual([303, '/login']);
    const ended = await late.open('/login');
    expect(said(ended, 'status')).toBe('Su sesión ha terminado. Inicie sesión de nuevo.');
    expect([...late.cookies.keys()]).toEqual([]);
  });

  it('again, as somebody else or after a while, needs no token of the session that there is', async () => {
    const browser = visitor(api.url);
    await browser.send('/login', ana);
    expect(locationOf(await browser.send('/login', ana))).toEqual([303, '/']);
  });

  it('and out is not done by a page of another site', async () => {
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ] as Record<string, string>[]) {
      const browser = visitor(api.url);
      const refused = await browser.send('/login', ana, headers);
      expect(refused.status).toBe(403);
      expect(said(refused, 'alert')).toContain('not sent by a page of this server');
      expect(browser.cookies.size).toBe(0);
      const out = await browser.send('/logout', { csrf: 'AAAA' }, headers);
      expect([out.status, out.headers.getSetCookie()]).toEqual([403, []]);
    }
  });

  it('from a link on another site looks once more, now with the cookie that came not along', async () => {
    const page = await visitor(api.url).open('/login?returnTo=%2Fdocs', { 'sec-fetch-site': 'cross-site' });
    const [, next] = /url=([^"]+)"/.exec(page.text) ?? [];
    const browser = visitor(api.url);
    await browser.send('/login', ana);
    const path = next.replaceAll('&amp;', '&');
    expect(locationOf(await browser.open(path, { 'sec-fetch-site': 'same-origin' }))).toEqual([303, '/docs']);
    expect(inputs(await visitor(api.url).open(path, { 'sec-fetch-site': 'cross-site' }))).toContain('name');
  });

  it('keeps the name that was entered, whatever it holds, and where to go', async () => {
    const name = '"><script>alert(1)</script>';
    const wrong = await visitor(api.url).send('/login', { name, password, returnTo: '/docs' });
    expect(wrong.status).toBe(401);
    expect(wrong.text).not.toContain('<script');
    expect(wrong.text).toContain('&quot;&gt;&lt;script&gt;');
    expect(hidden(wrong, 'returnTo')).toBe('/docs');
    await visitor(api.url).send('/login', ana);
  });

  it('says what was not entered', async () => {
    const unfit: Record<string, string>[] = [
      { name: 'ana', password: '' },
      { password },
      { name: 'a'.repeat(2_000), password },
    ];
    for (const form of unfit) {
      const missing = await visitor(api.url, 'es').send('/login', form);
      expect([missing.status, said(missing, 'alert')]).toEqual([400, 'Escriba su nombre y su contraseña.']);
    }
  });

  // The last of them: this address has to wait afterwards.
  it('says what is wrong, and how long to wait after too many tries', async () => {
    const wrong = { name: 'ana', password: 'guess guess guess' };
    const guest = visitor(api.url);
    const first = await guest.send('/login', wrong);
    expect([first.status, said(first, 'alert')]).toEqual([401, 'Name or password is wrong.']);
    expect(first.text).toMatch(/id="name"[^>]* value="ana"/);
    expect(first.text).toMatch(/id="password"[^>]* autofocus aria-invalid="true" aria-describedby="problem"/);
    expect(guest.cookies.size).toBe(0);
    const stranger = await visitor(api.url, 'es').send('/login', { ...wrong, name: 'nobody' });
    expect(said(stranger, 'alert')).toBe('El nombre o la contraseña no son correctos.');
    let last = stranger;
    for (let tries = 0; tries < 6 && last.status === 401; tries++) last = await guest.send('/login', wrong);
    const seconds = Number(last.headers.get('retry-after'));
    expect([last.status, seconds > 0]).toEqual([429, true]);
    expect(said(last, 'alert')).toMatch(new RegExp(`Please wait ${seconds} seconds? and try again`));
    const { events } = (await (
      await fetch(`${api.url}/v1/audit?actor=user:nobody`, { headers: { 'x-api-key': secured.admin } })
    ).json()) as { events: object[] };
    expect(events).toMatchObject([{ action: 'login', target: '/login', outcome: 'refused' }]);
  });
});

describe('with an identity provider', () => {
  let issuer: Issuer;
  let provided: SecuredApi;
  beforeAll(async () => {
    issuer = await startIssuer();
    provided = await startSecuredApi({
      ...{ RELEVO_OIDC_ISSUER: issuer.url, RELEVO_OIDC_CLIENT_ID: client.id },
      ...{ RELEVO_OIDC_CLIENT_SECRET: client.secret, RELEVO_PUBLIC_URL: 'http://relevo.example' },
    });
  });
  afterAll(async () => {
    await provided.close();
    await issuer.close();
  });

  /** As far as the page that the browser is sent back to. */
  const comeBack = async (claims: object, language = 'en'): Promise<Visit> => {
    issuer.nextLogin = { claims: { ...claims } };
    const browser = visitor(provided.api.url, language);
    const { text } = await browser.open('/login?returnTo=%2Fdocs');
    const [, path] = /href="(\/v1\/session\/oidc[^"]*)"/.exec(text) ?? [];
    const begun = await browser.open(path.replaceAll('&amp;', '&'));
    const agreed = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
    const back = new URL(agreed.headers.get('location') ?? '');
    return await browser.open(back.pathname + back.search);
  };

  it('offers it, and a form only once somebody has a password', async () => {
    const { open } = visitor(provided.api.url);
    const before = await open('/login');
    expect(before.text).toContain(`Sign in with ${new URL(issuer.url).host}`);
    expect(inputs(before)).toEqual([]);
    const { users } = provided.db.registry.access;
    await users.create({ name: 'eva', grants: [], passwordHash: await hashPassword(password) });
    expect(inputs(await open('/login'))).toContain('password');
    await users.setDisabled('eva', true);
    expect(inputs(await open('/login'))).toEqual([]);
  });

  it('leads on to where one wanted to go', async () => {
    const done = await comeBack({ roles: ['viewer'] });
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('url=/docs"')]);
  });

  it('says in words why one is not let in', async () => {
    const roleless = await comeBack({ roles: ['staff'] }, 'es');
    expect([roleless.status, said(roleless, 'alert')]).toEqual([
      403,
      expect.stringContaining('no le da ningún rol aquí'),
    ]);
    const stray = await visitor(provided.api.url).open('/v1/session/oidc/callback?code=a&state=b');
    expect([stray.status, said(stray, 'alert')]).toEqual([
      401,
      expect.stringContaining('begun in another browser'),
    ]);
  });
});

describe('where there is nobody to ask', () => {
  let security: TestSecurity;
  let lonely: TestApi;
  beforeAll(async () => {
    security = await startSecurity(secured.db);
    const { gate, logins } = security;
    lonely = await startApi({ source: fileChampions(), gate, logins });
  });
  afterAll(async () => {
    await lonely.close();
    await security.close();
  });

  it('says that the database is away, and whom to ask later', async () => {
    const page = await visitor(lonely.url, 'es').open('/login');
    expect([page.status, said(page, 'alert')]).toEqual([
      503,
      expect.stringContaining('No se llega a la base de datos'),
    ]);
    expect(page.headers.get('retry-after')).toBe('2');
    const tried = await visitor(lonely.url).send('/login', ana);
    expect([tried.status, inputs(tried)]).toEqual([503, ['returnTo', 'name', 'password']]);
  });

  it('says how the first person is made', async () => {
    const empty = await startSecuredApi();
    const page = await visitor(empty.api.url).open('/login');
    expect([inputs(page), page.text]).toEqual([[], expect.stringContaining('relevo users create')]);
    await empty.close();
  });

  it('asks nobody on a development server, and says so', async () => {
    const open = await startApi({ source: fileChampions() });
    const browser = visitor(open.url);
    expect(locationOf(await browser.open('/login'))).toEqual([303, '/']);
    const home = await browser.open('/');
    expect(home.text).toContain('Authentication is off');
    expect(inputs(home)).toEqual([]);
    await open.close();
  });
});
