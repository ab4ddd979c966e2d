/** The pages in a real browser; skipped on a machine without Chromium. `PAGES_SHOTS=folder` keeps pictures of them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../cli/up/readiness.ts';
import { hashPassword } from '../../../registry/access/passwords.ts';
import { chromiumHere, startBrowser } from '../../../test/support/browser.ts';
import { faintTexts } from '../../../test/support/contrast.ts';
import { client, startIssuer } from '../../../test/support/issuer.ts';
import { type SecuredApi, startSecuredApi } from '../../../test/support/secured-api.ts';

const program = await chromiumHere();
const password = 'correct horse battery';
let secured: SecuredApi;
let browser: Browser;
let elsewhere: Server;
let url: string;

/** What the page of another site holds. */
let foreignPage = '';

beforeAll(async () => {
  secured = await startSecuredApi();
  ({ url } = secured.api);
  await secured.db.registry.access.users.create({
    name: 'ana',
    grants: [
      { role: 'viewer', pipeline: 'steel-energy' },
      { role: 'engineer', pipeline: 'mine-fuel' },
    ],
    passwordHash: await hashPassword(password),
  });
  elsewhere = createServer((_, response) => response.setHeader('content-type', 'text/html').end(foreignPage));
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  if (program !== undefined) browser = await startBrowser(program);
});
afterAll(async () => {
  await browser?.close();
  elsewhere.close();
  await secured.close();
});

/** A browser's new profile, which complains of nothing, least of all of what the page's policy refuses. */
async function visit(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    const isExpected =
      /status of 40[13]/.test(message.text()) || message.location().url.endsWith('/favicon.ico');
    if (message.type() === 'error' && !isExpected) complaints.push(message.text());
  });
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  await page.goto(`${url}${path}`);
  return page;
}

async function signIn(page: Page, language: 'en' | 'es' = 'en'): Promise<void> {
  await page.getByLabel(language === 'en' ? 'Name' : 'Nombre').fill('ana');
  await page.getByLabel(language === 'en' ? 'Password' : 'Contraseña').fill(password);
  await page.keyboard.press('Enter');
  await page.waitForURL((address) => address.pathname !== '/login');
}

/** `localhost` is another site than 127.0.0.1 to a browser, and as trustworthy. */
const foreignUrl = (): string => `http://localhost:${(elsewhere.address() as AddressInfo).port}/`;

const keepShot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env.PAGES_SHOTS;
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
};

describe.skipIf(program === undefined)('in a browser', () => {
  it('one signs in, without scripts and by keyboard alone, and out again', async () => {
    const page = await visit('/', { javaScriptEnabled: false });
    await expect.poll(() => new URL(page.url()).pathname).toBe('/login');
    await page.keyboard.type('ana');
    await page.keyboard.press('Tab');
    await page.keyboard.type('guess guess guess');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toBe('Name or password is wrong.');
    expect(await page.getByLabel('Name').inputValue()).toBe('ana');
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'You are ana' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(3);
    await page.getByRole('button', { name: 'Sign out' }).click();
    expect(await page.getByRole('status').textContent()).toBe('You have signed out.');
    await page.goto(`${url}/`);
    expect(new URL(page.url()).pathname).toBe('/login');
  });

  it('one comes back to what one wanted to see, in the language that one chose', async () => {
    const page = await visit('/v1/runs?pipeline=steel-energy', { locale: 'es-CO' });
    await page.getByRole('heading', { name: 'Iniciar sesión' }).waitFor();
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(page);
    expect(page.url()).toBe(`${url}/v1/runs?pipeline=steel-energy`);
    expect(await page.locator('body').textContent()).toContain('"runs"');
  });

  it('one who is signed in stays so when a link on another site leads here', async () => {
    const page = await visit('/');
    await signIn(page);
    foreignPage = `<a href="${url}/">Relevo</a>`;
    await page.goto(foreignUrl());
    await page.getByRole('link').click();
    await page.getByRole('heading', { name: 'You are ana' }).waitFor();
  });

  it('another site signs nobody in, and nobody out', async () => {
    const form = (path: string, fields: string): string =>
      `<form method="post" action="${url}${path}">${fields}<button>Win</button></form>`;
    const credentials = `<input name="name" value="ana"><input name="password" value="${password}">`;
    const page = await visit('/login');
    foreignPage = form('/login', credentials);
    await page.goto(foreignUrl());
    await page.getByRole('button').click();
    await page.getByRole('alert').waitFor();
    await page.goto(`${url}/`);
    expect(new URL(page.url()).pathname).toBe('/login');
    await signIn(page);
    foreignPage = form('/logout', '<input name="csrf" value="AAAA">');
    await page.goto(foreignUrl());
    await page.getByRole('button').click();
    await page.getByRole('alert').waitFor();
    await page.goto(`${url}/`);
    await page.getByRole('heading', { name: 'You are ana' }).waitFor();
  });

  it('one signs in at an identity provider on another site, and stays signed in', async () => {
    const issuer = await startIssuer();
    const port = await freePort();
    // Another site than the provider's 127.0.0.1, to a browser.
    const publicUrl = `http://localhost:${port}`;
    const settings = {
      ...{ RELEVO_OIDC_ISSUER: issuer.url, RELEVO_OIDC_CLIENT_ID: client.id },
      ...{ RELEVO_OIDC_CLIENT_SECRET: client.secret, RELEVO_PUBLIC_URL: publicUrl },
    };
    const provided = await startSecuredApi(settings, port);
    const passwordHash = await hashPassword(password);
    await provided.db.registry.access.users.create({ name: 'ana', grants: [], passwordHash });
    issuer.nextLogin = { claims: { sub: 'eva@plant.example', roles: ['engineer'] } };
    const page = await visit('/login');
    await page.goto(`${publicUrl}/v1/runs`);
    await keepShot(page, 'provider-light-1100-en');
    await page.getByRole('link', { name: `Sign in with ${new URL(issuer.url).host}` }).click();
    await page.waitForURL(`${publicUrl}/v1/runs`);
    expect(await page.locator('body').textContent()).toContain('"runs"');
    await page.goto(publicUrl);
    await page.getByRole('heading', { name: 'You are eva@plant.example' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('status').waitFor();
    await provided.close();
    await issuer.close();
  });

  it.each([
    ['light', 1_100, 'en'],
    ['dark', 1_100, 'es'],
    ['light', 320, 'es'],
    ['dark', 320, 'en'],
  ] as const)('every text can be read: %s, %i pixels wide, %s', async (colorScheme, width, language) => {
    const viewport = { width, height: 800 };
    const page = await visit('/login', { colorScheme, viewport, locale: language });
    const check = async (name: string): Promise<void> => {
      await keepShot(page, `${name}-${colorScheme}-${width}-${language}`);
      expect(await faintTexts(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    };
    await check('login');
    await page.getByLabel(language === 'en' ? 'Name' : 'Nombre').fill('ana');
    await page.getByLabel(language === 'en' ? 'Password' : 'Contraseña').fill('guess guess guess');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.locator('summary').click();
    await check('refused');
    await signIn(page, language);
    await check('home');
  });
});
