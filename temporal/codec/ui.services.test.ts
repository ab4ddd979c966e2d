/** Temporal's own UI in a real browser, as docs/guides/platform-security.md has it; skipped without Chromium. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../cli/up/readiness.ts';
import { ensureTemporal, type RunningTemporal, startTemporal } from '../../cli/up/temporal.ts';
import { environment } from '../../contracts/env.ts';
import { everyPipeline } from '../../contracts/security.ts';
import { hashPassword } from '../../registry/access/passwords.ts';
import { freshRegistry, type TestRegistry } from '../../test/registry.ts';
import { startSecurity, type TestSecurity } from '../../test/support/access.ts';
import { fileChampions, startApi, type TestApi } from '../../test/support/api.ts';
import { chromiumHere, startBrowser } from '../../test/support/browser.ts';
import { dataConverterWith } from './data-converter.ts';
import { payloadCodec } from './index.ts';

const program = await chromiumHere();
const password = 'correct horse battery';
const payloadKeys = JSON.stringify({ first: randomBytes(32).toString('base64') });

let folder: string;
let temporal: RunningTemporal;
let db: TestRegistry;
let security: TestSecurity;
let api: TestApi;
let browser: Browser;
/** The page of a run whose input only the codec can read. */
let runPage: string;

/** Nobody works on it: its input is what is looked at. */
async function startRun(address: string): Promise<string> {
  const connection = await Connection.connect({ address });
  const dataConverter = dataConverterWith(await payloadCodec({ RELEVO_PAYLOAD_KEYS: payloadKeys }));
  const run = await new Client({ connection, dataConverter }).workflow.start('trainWorkflow', {
    ...{ workflowId: 'train/pump/1', taskQueue: 'nobody', args: [{ site: 'Mina Grande' }] },
  });
  await connection.close();
  const path = [run.workflowId, run.firstExecutionRunId].map(encodeURIComponent).join('/');
  return `/namespaces/default/workflows/${path}/history`;
}

beforeAll(async () => {
  if (program === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'relevo-temporal-ui-'));
  const [port, uiPort, apiPort] = [await freePort(), await freePort(), await freePort()];
  temporal = await startTemporal({
    binary: await ensureTemporal({ cacheDir: environment().RELEVO_CACHE, onProgress: () => undefined }),
    ...{ dbFile: join(folder, 'temporal.db'), logFile: join(folder, 'temporal.log'), port, uiPort },
    codecEndpoint: `http://127.0.0.1:${apiPort}/codec`,
  });
  runPage = temporal.uiUrl + (await startRun(temporal.address));
  db = await freshRegistry();
  await db.registry.access.users.create({
    name: 'ana',
    grants: [{ role: 'engineer', pipeline: everyPipeline }],
    passwordHash: await hashPassword(password),
  });
  security = await startSecurity(db);
  const { gate, logins } = security;
  api = await startApi({
    ...{ source: fileChampions(), databaseUrl: db.url, temporalAddress: temporal.address, port: apiPort },
    ...{ gate, logins, payloadKeys, codecOrigins: temporal.uiUrl },
  });
  browser = await startBrowser(program);
});
afterAll(async () => {
  await browser?.close();
  await api?.close();
  await security?.close();
  await db?.drop();
  await temporal?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

async function signedIn(): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'en' })).newPage();
  onTestFinished(() => page.context().close());
  await page.goto(`${api.url}/`);
  await page.getByLabel('Name').fill('ana');
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'You are ana' }).waitFor();
  return page;
}

describe.skipIf(program === undefined)('the Temporal UI', () => {
  it('shows what the API decrypts for who is signed in, once it is told to ask as them', async () => {
    const page = await signedIn();
    const hint = (await page.locator('details').textContent()) ?? '';
    const [endpoint = ''] = /http:\S+\/codec/.exec(hint) ?? [];
    expect(endpoint).toBe(`${api.url}/codec`);

    await page.goto(runPage);
    const refused = page.locator('#content').getByText('Codec Server could not connect');
    await refused.waitFor();
    await page
      .getByTestId(/^data-encoder-status/)
      .first()
      .click();
    await page.getByText('Use Cluster-level setting, where available.').first().click();
    await page.getByText('Use my browser setting and ignore Cluster-level setting.').click();
    await page.getByText('Use my browser setting and ignore Cluster-level setting.').first().click();
    await page.getByPlaceholder('Paste your endpoint here').fill(endpoint);
    await page.getByText('Include cross-origin credentials').click();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.goto(runPage);
    await page.getByText('Mina Grande').first().waitFor();
    expect(await refused.count()).toBe(0);
  });
});
