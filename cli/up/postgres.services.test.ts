import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startPostgres } from './postgres.ts';
import { answers, freePort } from './readiness.ts';

let folder: string;
let dataDir: string;
const lines: string[] = [];
const log = (line: string): void => {
  lines.push(line);
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-pg-'));
  await chmod(folder, 0o711);
  dataDir = join(folder, 'home', 'postgres');
  lines.length = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** A supervisor of its own that starts PostgreSQL and is then killed without a chance to stop it. */
async function crashAfterStart(port: number): Promise<number> {
  const script = `
    import { startPostgres } from ${JSON.stringify(new URL('./postgres.ts', import.meta.url).href)};
    const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, port: ${port}, log: () => {} });
    console.log(server.pid);
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [chunk] = await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return Number(String(chunk));
}

describe('startPostgres', () => {
  test('keeps what was committed over a stop and a new start, with the same password', async () => {
    const port = await freePort();
    const first = await startPostgres({ dataDir, port, log });
    await query(first.url, 'create table kept (n int); insert into kept values (7)');
    await first.stop();
    expect(await answers(port)).toBe(false);
    const second = await startPostgres({ dataDir, port, log });
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
    await second.stop();
  });

  test('stops within seconds while a transaction is open', async () => {
    const server = await startPostgres({ dataDir, port: await freePort(), log });
    const client = new pg.Client({ connectionString: server.url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('begin; create table gone (n int)');
    const startedAt = performance.now();
    await server.stop();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(await server.exited).toBe('exit code 0');
    await client.end().catch(() => undefined);
  });

  test('is durable, on loopback only, and asks for the password', async () => {
    const port = await freePort();
    const server = await startPostgres({ dataDir, port, log });
    const [settings] = await query(
      server.url,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
        current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets`,
    );
    expect(settings).toEqual({ fsync: 'on', commit: 'on', listen: '127.0.0.1', sockets: '' });
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    await server.stop();
  });

  test('keeps the password where only this user reads it, and out of its log', async () => {
    const server = await startPostgres({ dataDir, port: await freePort(), log });
    await server.stop();
    const file = `${dataDir}.password`;
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const secret = (await readFile(file, 'utf8')).trim();
    expect(secret.length).toBeGreaterThanOrEqual(24);
    expect(server.url).toContain(secret);
    expect(await readFile(`${dataDir}.log`, 'utf8')).not.toContain(secret);
    expect(lines.join('\n')).not.toContain(secret);
  });

  test('ends the server that a killed supervisor left behind, and finds its data whole', async () => {
    const port = await freePort();
    const orphan = await crashAfterStart(port);
    expect(await answers(port)).toBe(true);
    const server = await startPostgres({ dataDir, port, log });
    expect(lines.join('\n')).toContain(`process ${orphan}`);
    expect(server.pid).not.toBe(orphan);
    expect(await query(server.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    await server.stop();
  });

  test('names the setting when the port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    await expect(startPostgres({ dataDir, port, log })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      details: { field: 'RELEVO_POSTGRES_PORT', value: port },
    });
    holder.close();
  });

  test('says what is wrong when the password file is gone', async () => {
    const port = await freePort();
    await (await startPostgres({ dataDir, port, log })).stop();
    await rm(`${dataDir}.password`);
    await expect(startPostgres({ dataDir, port, log })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      details: { where: `${dataDir}.password` },
    });
  });

  test('gives up when told to', async () => {
    const signal = AbortSignal.abort();
    await expect(startPostgres({ dataDir, port: await freePort(), log, signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});

describe.runIf(process.getuid?.() === 0)('as root, below a folder that nobody else may enter', () => {
  test('keeps the data where the account of PostgreSQL can reach them, and the link to them in its place', async () => {
    await chmod(folder, 0o700);
    const server = await startPostgres({ dataDir, port: await freePort(), log });
    const [row] = await query(server.url, `select current_setting('data_directory') as folder`);
    expect(row.folder).toMatch(/^\/var\/lib\/relevo\/data-[0-9a-f]{8}-[0-9a-f]{8}$/);
    expect(lines.join('\n')).toContain(String(row.folder));
    await server.stop();
    const again = await startPostgres({ dataDir, port: await freePort(), log });
    expect(await query(again.url, `select current_setting('data_directory') as folder`)).toEqual([row]);
    await again.stop();
    await rm(join(folder, 'home'), { recursive: true });
    const anew = await startPostgres({ dataDir, port: await freePort(), log });
    expect(lines.join('\n')).toContain(`${row.folder} holds the database of a home that is gone`);
    const [moved] = await query(anew.url, `select current_setting('data_directory') as folder`);
    expect(moved.folder).not.toBe(row.folder);
    await anew.stop();
    for (const path of [row.folder, moved.folder]) await rm(String(path), { recursive: true });
    await expect(startPostgres({ dataDir, port: await freePort(), log })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      details: { where: dataDir },
    });
  });
});
