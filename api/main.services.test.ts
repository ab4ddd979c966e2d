import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { freePort } from '../cli/up/readiness.ts';
import { processArgs } from '../compiled/process.ts';
import { migrate } from '../registry/migrate.ts';
import { freshDatabase, type TestDatabase } from '../test/database.ts';
import { ownTemporal } from '../test/own-temporal.ts';

let args: string[];
let home: string;
let database: TestDatabase;
const started: ChildProcess[] = [];

interface Api {
  process: ChildProcess;
  url: string;
  output: () => string;
}

/** The entry point as the supervisor starts it. */
function spawnApi(port: number, databaseUrl: string = database.url, processes = 1): Api {
  const child = spawn(process.execPath, args, {
    env: {
      ...process.env,
      ...{ RELEVO_HOME: home, RELEVO_PORT: String(port), DATABASE_URL: databaseUrl },
      TEMPORAL_ADDRESS: ownTemporal(),
      RELEVO_API_PROCESSES: String(processes),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (bytes) => {
      output += bytes;
    });
  }
  return { process: child, url: `http://127.0.0.1:${port}`, output: () => output };
}
async function startedApi(databaseUrl?: string, processes?: number): Promise<Api> {
  const api = spawnApi(await freePort(), databaseUrl, processes);
  const [message] = await once(api.process, 'message');
  expect(message, api.output()).toEqual({ type: 'ready' });
  return api;
}
/** Processes whose parent is this one, as the system knows them. */
const childrenOf = (pid: number | undefined): number[] =>
  spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes(args.join(' ')))
    .map((line) => Number.parseInt(line, 10));
const exitCode = async (child: ChildProcess): Promise<number | null> =>
  child.exitCode ?? (await once(child, 'exit'))[0];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'relevo-api-main-'));
  args = await processArgs(new URL('./main.ts', import.meta.url), home);
  database = await freshDatabase(inject('databaseUrl'));
  await migrate(database.url);
});
afterAll(async () => {
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL');
  await database.drop();
  await rm(home, { recursive: true, force: true });
});

describe('the API as a process', () => {
  it('tells its parent when it listens, and ends on SIGTERM within seconds', async () => {
    const api = await startedApi();
    const ready = await fetch(`${api.url}/ready`);
    expect(await ready.json()).toMatchObject({ status: 'ready', checks: { database: 'ok', temporal: 'ok' } });
    const toldMs = performance.now();
    api.process.kill('SIGTERM');
    expect(await exitCode(api.process)).toBe(0);
    expect(performance.now() - toldMs).toBeLessThan(5_000);
  });

  it('ends when its parent goes away', async () => {
    const api = await startedApi();
    api.process.disconnect();
    expect(await exitCode(api.process)).toBe(0);
  });

  it('ends when told so before it listens', async () => {
    const api = spawnApi(await freePort());
    await once(api.process, 'spawn');
    await new Promise((resolve) => setTimeout(resolve, 300));
    api.process.kill('SIGTERM');
    await exitCode(api.process);
    await expect(fetch(`${api.url}/health`)).rejects.toThrow();
  });

  it('starts while the database is away, says so, and shows no password', async () => {
    const secret = 'hunter2hunter2';
    const api = await startedApi(`postgresql://relevo:${secret}@127.0.0.1:1/relevo`);
    expect((await fetch(`${api.url}/ready`)).status).toBe(503);
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${api.url}/predict`, { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ error: { code: 'DATABASE_UNAVAILABLE' } });
    api.process.kill('SIGTERM');
    expect(await exitCode(api.process)).toBe(0);
    expect(api.output()).not.toContain(secret);
  });

  it('runs as several on one port, with one set of figures, and starts one that dies again', async () => {
    const api = await startedApi(undefined, 2);
    const of = async (): Promise<Response> =>
      fetch(`${api.url}/health`, { headers: { connection: 'close' } });
    const figures = async (): Promise<string> => (await fetch(`${api.url}/metrics`)).text();
    const count = async (): Promise<number> =>
      Number(/request_duration_seconds_count\{.*route="\/health".*\} (\d+)/.exec(await figures())?.[1]);
    for (let i = 0; i < 20; i++) expect((await of()).status).toBe(200);
    expect(await count()).toBe(20);
    const [child] = childrenOf(api.process.pid);
    process.kill(child, 'SIGKILL');
    await expect.poll(() => childrenOf(api.process.pid).length, { timeout: 20_000 }).toBe(2);
    expect(childrenOf(api.process.pid)).not.toContain(child);
    expect((await of()).status).toBe(200);
    api.process.kill('SIGTERM');
    expect(await exitCode(api.process)).toBe(0);
    expect(childrenOf(api.process.pid)).toEqual([]);
    await expect(of()).rejects.toThrow();
  });

  it('names RELEVO_PORT where its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const api = spawnApi(port);
    expect(await exitCode(api.process)).toBe(1);
    expect(api.output()).toContain(`Port ${port} of 127.0.0.1 is taken; RELEVO_PORT sets another.`);
    taken.close();
  });
});
