/**
 * PostgreSQL and Temporal, each stopped for real under load, and a start of the API without PostgreSQL.
 * `npm run show:outage` keeps each of them away for 60 s.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Service, startChild } from '../cli/up/child.ts';
import { type RunningPostgres, startPostgres } from '../cli/up/postgres.ts';
import { freePort } from '../cli/up/readiness.ts';
import { ensureTemporal, startTemporal } from '../cli/up/temporal.ts';
import { environment } from '../contracts/env.ts';
import { createFolderArtifacts } from '../registry/artifacts/folder.ts';
import { openRegistry } from '../registry/index.ts';
import { migrate } from '../registry/migrate.ts';
import { type Load, startLoad } from './support/load.ts';
import { registerSteelModel } from './support/registered-model.ts';
import { type SteelModel, trainSteelModel } from './support/steel-model.ts';

const awayMs = 1_000 * Number(process.env.OUTAGE_SECONDS ?? 2);
const limitMs = 120_000 + 4 * awayMs;

const log = (line: string): void => console.log(`outage: ${line}`);
let folder: string;
let home: string;
let model: SteelModel;
let postgres: RunningPostgres;
let temporal: { stop(): Promise<void> };
let temporalAddress: string;
let openPostgres: () => Promise<RunningPostgres>;
let openTemporal: () => Promise<{ stop(): Promise<void> }>;
const running: Service[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-outage-'));
  // Root's PostgreSQL runs under another account, which must get through to its data.
  await chmod(folder, 0o711);
  home = join(folder, 'home');
  const [port, temporalPort, uiPort] = [await freePort(), await freePort(), await freePort()];
  temporalAddress = `127.0.0.1:${temporalPort}`;
  const binary = await ensureTemporal({ cacheDir: environment().RELEVO_CACHE, onProgress: log });
  openPostgres = () => startPostgres({ dataDir: join(folder, 'postgres', 'data'), port, log });
  openTemporal = () =>
    startTemporal({
      ...{ binary, uiPort, log, port: temporalPort },
      dbFile: join(folder, 'temporal', 'temporal.db'),
      logFile: join(folder, 'temporal', 'temporal.log'),
    });
  postgres = await openPostgres();
  temporal = await openTemporal();
  await migrate(postgres.url);
  model = await trainSteelModel({ rows: 500, trees: 20, depth: 4 });
  const registry = openRegistry(postgres.url, { poolSize: 2 });
  const artifacts = createFolderArtifacts(join(home, 'artifacts'));
  const version = await registerSteelModel({ registry, artifacts }, model, 'first');
  await registry.models.promote({ pipeline: model.version.pipeline, version, actor: 'ana', reason: 'test' });
  await registry.close();
}, 180_000);
afterAll(async () => {
  for (const service of running) await service.stop();
  await temporal?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function startApi(): Promise<{ url: string; service: Service }> {
  const port = await freePort();
  const service = await startChild({
    ...{ name: 'api', entry: 'api/main.ts', home },
    env: {
      ...process.env,
      ...{ RELEVO_HOME: home, RELEVO_PORT: String(port), RELEVO_API_PROCESSES: '1' },
      ...{ DATABASE_URL: postgres.url, TEMPORAL_ADDRESS: temporalAddress },
    },
  });
  running.push(service);
  return { url: `http://127.0.0.1:${port}`, service };
}
const jsonOf = async (url: string): Promise<unknown> => (await fetch(url)).json();
/** Status of an answer, and how long it took. */
async function timed(url: string, init?: RequestInit): Promise<{ status: number; tookMs: number }> {
  const startedMs = performance.now();
  const { status } = await fetch(url, init);
  return { status, tookMs: performance.now() - startedMs };
}
/** Sooner than a call that waits for who is away would give up. */
async function expectRefusedSoon(url: string, init?: RequestInit): Promise<void> {
  const { status, tookMs } = await timed(url, init);
  expect(status).toBe(503);
  expect(tookMs).toBeLessThan(2_000);
}

/** Every row that was answered is in the log, once, and no other row is. */
async function expectLogged(loads: Load[]): Promise<void> {
  const ids = loads.flatMap(({ answered }) => answered.map(({ id }) => id)).sort();
  const client = new pg.Client(postgres.url);
  await client.connect();
  const logged = async (): Promise<string[]> =>
    (await client.query('select id from relevo.predictions order by id')).rows.map(({ id }) => id);
  await expect.poll(async () => (await logged()).length, { timeout: 60_000, interval: 500 }).toBe(ids.length);
  expect(await logged()).toEqual(ids);
  await client.end();
}

it(
  'predictions go on while PostgreSQL and Temporal are away, and none of their log rows is lost or doubled',
  async () => {
    const { url, service } = await startApi();
    const load = startLoad({ url, rows: model.rows });
    await sleep(1_000);

    await postgres.stop();
    await sleep(awayMs);
    expect(await jsonOf(`${url}/ready`)).toMatchObject({
      status: 'degraded',
      checks: { database: 'away', temporal: 'ok' },
      degraded: expect.arrayContaining([expect.stringContaining('wait on disk')]),
    });
    await expectRefusedSoon(`${url}/v1/runs`);
    const withoutDatabase = await startApi();
    const second = startLoad({ url: withoutDatabase.url, rows: model.rows, clients: 1 });
    await sleep(500);
    postgres = await openPostgres();
    await expect.poll(() => jsonOf(`${url}/ready`), { timeout: 20_000 }).toMatchObject({ status: 'ready' });

    await temporal.stop();
    await sleep(awayMs);
    expect(await jsonOf(`${url}/ready`)).toMatchObject({
      status: 'degraded',
      checks: { database: 'ok', temporal: 'away' },
    });
    const start = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'train' }),
    };
    // The first one finds out, those after it are told at once.
    await fetch(`${url}/v1/pipelines/steel-energy/runs`, start);
    await sleep(2_000);
    await expectRefusedSoon(`${url}/v1/pipelines/steel-energy/runs`, start);
    temporal = await openTemporal();
    await expect.poll(() => jsonOf(`${url}/ready`), { timeout: 20_000 }).toMatchObject({ status: 'ready' });

    await Promise.all([load.stop(), second.stop()]);
    log(`${load.answered.length} and, started without PostgreSQL, ${second.answered.length} answers`);
    expect(load.failures).toEqual([]);
    expect(second.failures).toEqual([]);
    expect(second.answered.length).toBeGreaterThan(10);
    for (const { stop } of [service, withoutDatabase.service]) await stop();
    await expectLogged([load, second]);
  },
  limitMs,
);
