import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { freePort } from '../cli/up/readiness.ts';
import { dataset, model, spec } from '../test/records.ts';
import { freshRegistry, type TestRegistry } from '../test/registry.ts';
import { type ChangeNotice, listenForChanges } from './listen.ts';

let db: TestRegistry;
const by = { actor: 'ana', reason: 'better' };
beforeAll(async () => {
  db = await freshRegistry();
  await db.registry.pipelines.save(spec('pump'));
  const { id } = await db.registry.datasets.commit(dataset('pump'));
  for (let i = 0; i < 6; i++)
    await db.registry.models.register(model('pump', id, { runId: `train/pump/${i}` }));
});
afterAll(() => db.drop());

const promote = (version: string) => db.registry.models.promote({ pipeline: 'pump', version, ...by });

async function asAdmin(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: db.url });
  await client.connect();
  await client.query(text);
  await client.end();
}

test('hears of promotions and rollbacks, and of nothing else', async () => {
  const heard: ChangeNotice[] = [];
  const listener = await listenForChanges(db.url, (notice) => heard.push(notice));
  await asAdmin(
    `notify relevo_alias, 'not json'; notify relevo_alias, '{"pipeline": 1}'; notify other, '{}'`,
  );
  await promote('1.0.0');
  await promote('1.0.0');
  await promote('1.1.0');
  await db.registry.models.rollback({ pipeline: 'pump', ...by });
  await expect(promote('9.0.0')).rejects.toThrow();
  await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(3), 5_000);
  await listener.close();
  await promote('1.2.0');
  await sleep(100);
  expect(heard).toEqual(['1.0.0', '1.1.0', '1.0.0'].map((version) => ({ pipeline: 'pump', version })));
});

test('hears of routes that are set, changed and cleared', async () => {
  const heard: ChangeNotice[] = [];
  const listener = await listenForChanges(db.url, (notice) => heard.push(notice));
  const route = { pipeline: 'pump', challenger: '1.5.0', stage: 'shadow' as const, share: 0, salt: 's' };
  await db.registry.routes.set(route);
  await db.registry.routes.set({ ...route, stage: 'canary', share: 0.5 });
  await db.registry.routes.clear('pump', '1.5.0');
  await db.registry.routes.clear('pump', '1.5.0');
  await db.registry.routes.set({ ...route, challenger: '1.4.0' });
  await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(4), 5_000);
  await listener.close();
  expect(heard.map(({ version }) => version)).toEqual(['1.5.0', '1.5.0', '1.5.0', '1.4.0']);
});

test('a killed connection is taken up again, and the listener is told to read anew', async () => {
  const heard: ChangeNotice[] = [];
  const reconnected = vi.fn();
  const listener = await listenForChanges(db.url, (notice) => heard.push(notice), reconnected);
  for (let round = 1; round <= 2; round++) {
    await asAdmin(`select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %'`);
    await vi.waitFor(() => expect(reconnected).toHaveBeenCalledTimes(round), 5_000);
  }
  await promote('1.3.0');
  await vi.waitFor(() => expect(heard).toEqual([{ pipeline: 'pump', version: '1.3.0' }]), 5_000);
  await listener.close();
});

test('goes on trying while the server is away', async () => {
  const { hostname, port } = new URL(db.url);
  const sockets: Socket[] = [];
  const door = await freePort();
  const open = () =>
    createServer((client) => {
      const server = connect({ host: hostname, port: Number(port) });
      sockets.push(client, server);
      for (const socket of [client, server]) socket.on('error', () => undefined);
      client.pipe(server).pipe(client);
    }).listen(door, '127.0.0.1');
  let proxy = open();
  const url = new URL(db.url);
  url.port = String(door);
  const reconnected = vi.fn();
  const listener = await listenForChanges(url.href, () => undefined, reconnected);
  proxy.close();
  for (const socket of sockets) socket.destroy();
  await sleep(500);
  expect(reconnected).not.toHaveBeenCalled();
  proxy = open();
  await vi.waitFor(() => expect(reconnected).toHaveBeenCalledTimes(1), 5_000);
  await listener.close();
  proxy.close();
});

test('a server that is away from the start is an error at once, and closing while it is away ends', async () => {
  const url = new URL(db.url);
  url.port = String(await freePort());
  await expect(listenForChanges(url.href, () => undefined)).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
  });
});
