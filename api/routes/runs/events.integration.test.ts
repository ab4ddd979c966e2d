import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { RelevoError } from '../../../contracts/errors.ts';
import { openGate } from '../../../test/support/api.ts';
import { streamEvents } from '../../http/event-stream.ts';
import type { ApiEnv } from '../../openapi.ts';
import { followRun } from './events.ts';

interface Seen {
  state: string;
  progress?: { fraction: number };
  result?: string;
}
const noAlerts = { get: () => Promise.reject(new RelevoError('ALERT_NOT_FOUND', 'no alert')) };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server of one stream, whose run is what `read` says. */
async function serve(first: Seen, read: () => Promise<Seen>): Promise<{ url: string; drain(): void }> {
  const draining = new AbortController();
  const app = new Hono<ApiEnv>();
  const deps = { gate: openGate, registry: { alerts: noAlerts }, draining: draining.signal };
  app.get('/', (c) => streamEvents(c, deps, (stream, stop) => followRun(stream, first, read, stop)));
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, drain: () => draining.abort() };
}
const running = (fraction: number): Seen => ({ state: 'running', progress: { fraction } });

describe('the events of a run', () => {
  it('tell each change once and end with the run', async () => {
    const story = [running(0), running(0.5), running(0.5), { state: 'completed', result: 'done' }];
    const { url } = await serve(running(0), async () => story.shift() ?? running(1));
    const text = await (await fetch(url)).text();
    const events = [...text.matchAll(/event: (\w+)\ndata: (.*)\nid: (\d+)/g)].map(([, event, data]) => [
      event,
      JSON.parse(data),
    ]);
    expect(events).toEqual([
      ['progress', running(0)],
      ['progress', running(0.5)],
      ['end', { state: 'completed', result: 'done' }],
    ]);
  });

  it('go on when the registry was away for a while', async () => {
    const answers = [
      () => Promise.reject(new RelevoError('DATABASE_UNAVAILABLE', 'away')),
      async () => ({ state: 'failed' }),
    ];
    const { url } = await serve(
      running(0),
      () => answers.shift()?.() ?? Promise.reject(new Error('read too often')),
    );
    expect(await (await fetch(url)).text()).toContain('event: end\ndata: {"state":"failed"}');
  });

  it('are read no more once the client has gone', async () => {
    let reads = 0;
    const { url } = await serve(running(0), async () => running(++reads / 1000));
    const client = new AbortController();
    const response = await fetch(url, { signal: client.signal });
    await response.body?.getReader().read();
    await sleep(1_500);
    client.abort();
    await sleep(1_200);
    const readsAfter = reads;
    await sleep(2_200);
    expect(readsAfter).toBeGreaterThan(0);
    expect(reads).toBe(readsAfter);
  });

  it('end when the server drains', async () => {
    const { url, drain } = await serve(running(0), async () => running(0));
    const response = await fetch(url);
    setTimeout(drain, 100);
    const startedMs = performance.now();
    expect(await response.text()).not.toContain('event: end');
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });
});
