import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fileChampions, startApi, type TestApi } from '../test/support/api.ts';
import { type SteelModel, trainSteelModel } from '../test/support/steel-model.ts';
import { limits } from './limits.ts';

let model: SteelModel;
const started: TestApi[] = [];
async function start(): Promise<TestApi> {
  const api = await startApi({ source: fileChampions(model) });
  started.push(api);
  return api;
}
const portOf = (api: TestApi): number => Number(new URL(api.url).port);

/** Everything that arrives until the server closes the connection. */
async function conversation(port: number, talk: (socket: Socket) => unknown): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (bytes) => {
    heard += bytes;
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  await talk(socket);
  if (!socket.destroyed) await once(socket, 'close');
  return heard;
}
const head = (path: string, ...headers: string[]): string =>
  [`POST ${path} HTTP/1.1`, 'host: x', 'content-type: application/json', ...headers, '', ''].join('\r\n');

beforeAll(async () => {
  model = await trainSteelModel({ rows: 500, trees: 5, depth: 3 });
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((api) => api.close()));
});

describe('the server', () => {
  it('answers what is not HTTP with an error of the catalogue', async () => {
    const heard = await conversation(portOf(await start()), (socket) => socket.write('HELO relevo\r\n\r\n'));
    expect(heard).toMatch(/^HTTP\/1\.1 400 /);
    expect(heard).toContain('"code":"REQUEST_INVALID"');
  });

  it('answers headers beyond all measure with 431', async () => {
    const heard = await conversation(portOf(await start()), (socket) =>
      socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`),
    );
    expect(heard).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('answers an oversize body while it still arrives, and cuts off who goes on and on', async () => {
    const heard = await conversation(portOf(await start()), async (socket) => {
      socket.write(head('/predict', 'transfer-encoding: chunked'));
      const piece = `100000\r\n${' '.repeat(0x100000)}\r\n`;
      for (let sent = 0; !socket.destroyed && sent < 9 * limits.predictBodyBytes; sent += 0x100000) {
        socket.write(piece);
        await sleep(1);
      }
    });
    expect(heard).toMatch(/^HTTP\/1\.1 413 /);
    expect(heard).toContain('"code":"BODY_TOO_LARGE"');
  });

  it.each<[string, string, string, RegExp]>([
    ['a run', '/v1/pipelines/steel-energy/runs', '{"kind":"nope"}', /^HTTP\/1\.1 400 .*"field":"kind"/s],
    ['rows of MLflow', '/invocations', '{"inputs":[]}', /^HTTP\/1\.1 4\d\d /],
    ['a tensor', '/v2/models/steel-energy/infer', '{"inputs":[]}', /^HTTP\/1\.1 4\d\d /],
    ['nothing', '/v1/session', '', /^HTTP\/1\.1 400 /],
    ['too much', '/v1/session', ' '.repeat(limits.bodyBytes + 1), /^HTTP\/1\.1 413 .*BODY_TOO_LARGE/s],
  ])('reads a body of no announced length: %s', async (_, path, body, expected) => {
    const piece = body === '' ? '' : `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`;
    const heard = await conversation(portOf(await start()), (socket) =>
      socket.write(`${head(path, 'transfer-encoding: chunked', 'connection: close')}${piece}0\r\n\r\n`),
    );
    expect(heard).toMatch(expected);
  });

  it('keeps the connection of who was refused before the body was read', async () => {
    const body = ' '.repeat(200_000);
    const heard = await conversation(portOf(await start()), async (socket) => {
      socket.write(head('/login', `content-length: ${body.length}`) + body);
      // The server gives up on a rest of a body that it cannot read away within half a second.
      await sleep(800);
      socket.write('GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    });
    expect(heard).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(heard).toContain('HTTP/1.1 200 ');
  });

  it('lets a client go that leaves in the middle of its body', async () => {
    const api = await start();
    await conversation(portOf(api), (socket) => {
      socket.write(`${head('/predict', 'content-length: 100')}{"NSM":`);
      socket.destroySoon();
    });
    expect((await fetch(`${api.url}/health`)).status).toBe(200);
  });

  it('answers several requests of one connection in order', async () => {
    const body = JSON.stringify(model.rows[0]);
    const request = `${head('/predict', `content-length: ${Buffer.byteLength(body)}`)}${body}`;
    const heard = await conversation(portOf(await start()), (socket) =>
      socket.write(
        `${request}${request}${request}GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
      ),
    );
    expect(heard.match(/HTTP\/1\.1 200/g)).toHaveLength(4);
    expect(heard.lastIndexOf('"status":"ok"')).toBeGreaterThan(heard.lastIndexOf('"predictions"'));
  });

  it('names the setting when its port is taken', async () => {
    const api = await start();
    await expect(startApi({ source: fileChampions(model), port: portOf(api) })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      details: { field: 'RELEVO_PORT', value: portOf(api) },
    });
  });

  it('drains: ends what is underway, takes nothing new, is gone within seconds', async () => {
    const api = await startApi({ source: fileChampions(model) });
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({
      rows: Array.from({ length: 4_000 }, (_, i) => model.rows[i % model.rows.length]),
    });
    const underway = fetch(`${api.url}/predict`, { method: 'POST', headers, body });
    const idle = connect(portOf(api), '127.0.0.1');
    await once(idle, 'connect');
    await once(api.server, 'request');
    const before = performance.now();
    const [response] = await Promise.all([underway, api.close()]);
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(((await response.json()) as { predictions: unknown[] }).predictions).toHaveLength(4_000);
    await expect(fetch(`${api.url}/health`)).rejects.toThrow();
  });
});
