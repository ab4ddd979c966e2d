/** The audit over a PostgreSQL of the test's own, which is stopped and started again. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningPostgres, startPostgres } from '../../../cli/up/postgres.ts';
import { freePort } from '../../../cli/up/readiness.ts';
import { openRegistry } from '../../../registry/index.ts';
import { migrate } from '../../../registry/migrate.ts';
import type { Registry } from '../../../registry/types.ts';
import { makeKey, startSecurity } from '../../../test/support/access.ts';
import { fileChampions, startApi, type TestApi } from '../../../test/support/api.ts';

let folder: string;
let postgres: RunningPostgres;
let openPostgres: () => Promise<RunningPostgres>;
let registry: Registry;
let api: TestApi;
let close: () => Promise<void>;
let keys: { admin: string; viewer: string };

/** The API of a process that starts now, with the home and the spool of the one before. */
async function start(): Promise<void> {
  const settings = { RELEVO_HOME: join(folder, 'home') };
  const security = await startSecurity({ url: postgres.url, registry }, settings);
  const { gate, logins } = security;
  api = await startApi({
    ...{ source: fileChampions(), databaseUrl: postgres.url, gate, logins },
    ...{ spool: join(folder, 'spool'), audit: { retryMs: { first: 50, longest: 200 } } },
  });
  close = async () => {
    await api.close();
    await security.close();
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-audit-outage-'));
  // Root's PostgreSQL runs under another account, which must get through to its data.
  await chmod(folder, 0o711);
  const port = await freePort();
  openPostgres = () =>
    startPostgres({ dataDir: join(folder, 'postgres', 'data'), port, log: () => undefined });
  postgres = await openPostgres();
  await migrate(postgres.url);
  registry = openRegistry(postgres.url);
  keys = { admin: await makeKey(registry, ['admin']), viewer: await makeKey(registry, ['viewer']) };
  await start();
}, 60_000);
afterAll(async () => {
  await close?.();
  await registry?.close();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

const ids: string[] = [];
/** Asks for a change; gives the status of the answer, and notes the id of the request. */
async function change(key: string): Promise<number> {
  const id = `change-${ids.length}`;
  ids.push(id);
  const { status } = await fetch(`${api.url}/v1/keys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key, 'x-request-id': id },
    body: JSON.stringify({ name: 'dispatch', grants: ['viewer'] }),
  });
  return status;
}

const metric = async (name: string): Promise<number> => {
  const response = await fetch(`${api.url}/metrics`, { headers: { 'x-api-key': keys.admin } });
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await response.text())?.[1]);
};
const degraded = async (): Promise<string[]> =>
  ((await (await fetch(`${api.url}/ready`)).json()) as { degraded: string[] }).degraded;

async function recorded(): Promise<{ request_id: string; outcome: string; at: Date }[]> {
  const client = new pg.Client(postgres.url);
  await client.connect();
  const { rows } = await client.query(
    'select request_id, outcome, at from relevo.audit_events where request_id is not null order by id',
  );
  await client.end();
  return rows;
}

it('what is asked for while PostgreSQL is away is in the audit afterwards: all of it, once, in its order', async () => {
  expect([await change(keys.admin), await change(keys.viewer)]).toEqual([201, 403]);
  await postgres.stop();
  const leftAt = Date.now();
  expect([await change(keys.viewer), await change(keys.admin)]).toEqual([403, 503]);
  expect(await metric('relevo_audit_spooled_records')).toBe(2);
  expect(await degraded()).toContain('2 records of changes wait on disk for the database.');

  await close();
  await start();
  expect(await change(keys.viewer)).toBe(403);
  expect(await metric('relevo_audit_spooled_records')).toBe(3);
  const backAt = Date.now();

  postgres = await openPostgres();
  expect(await change(keys.viewer)).toBe(403);
  await expect.poll(() => metric('relevo_audit_spooled_records'), { timeout: 20_000 }).toBe(0);
  expect(await change(keys.viewer)).toBe(403);
  const rows = await recorded();
  expect(rows.map(({ request_id }) => request_id)).toEqual(ids);
  expect(rows.map(({ outcome }) => outcome)).toEqual([
    ...['done', 'refused'],
    ...['refused', 'failed', 'refused'],
    ...['refused', 'refused'],
  ]);
  for (const { at } of rows.slice(2, 5)) {
    expect(at.getTime()).toBeGreaterThanOrEqual(leftAt);
    expect(at.getTime()).toBeLessThanOrEqual(backAt);
  }
  const { events } = (await (
    await fetch(`${api.url}/v1/audit?limit=7`, { headers: { 'x-api-key': keys.admin } })
  ).json()) as { events: { requestId: string }[] };
  expect(events.map(({ requestId }) => requestId)).toEqual([...ids].reverse());
}, 120_000);
