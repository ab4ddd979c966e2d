import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../api/limits.ts';
import { fileChampions, startApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ source: fileChampions() });
});
afterAll(() => api.close());

/** All that comes back for these bytes until the server closes the connection. */
async function heard(bytes: string, talk: (socket: Socket) => unknown = () => undefined): Promise<string> {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(bytes, 'latin1');
  talk(socket);
  await once(socket, 'close');
  return answer;
}
const statuses = (answer: string): string[] =>
  [...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => status);
const request = (line: string, headers: string[], body = ''): string =>
  `${[line, 'host: relevo', ...headers].join('\r\n')}\r\n\r\n${body}`;
const json = 'content-type: application/json';
const upload = (bytes: number): string =>
  request('PUT /api/2.0/mlflow-artifacts/artifacts/7/run/artifacts/model.bin HTTP/1.1', [
    `content-length: ${bytes}`,
  ]);
const hidden = 'GET /metrics HTTP/1.1\r\nhost: relevo\r\n\r\n';

describe('a smuggled request', () => {
  it.each<[string, string]>([
    [
      'behind two lengths',
      request(
        'POST /predict HTTP/1.1',
        [json, 'content-length: 0', `content-length: ${hidden.length}`],
        hidden,
      ),
    ],
    [
      'behind a length and chunks',
      request(
        'POST /predict HTTP/1.1',
        [json, 'content-length: 4', 'transfer-encoding: chunked'],
        `0\r\n\r\n${hidden}`,
      ),
    ],
    [
      'behind an encoding that only looks like chunks',
      request('POST /predict HTTP/1.1', [json, 'transfer-encoding: xchunked'], `0\r\n\r\n${hidden}`),
    ],
    [
      'behind chunks that are not the last encoding',
      request('POST /predict HTTP/1.1', [json, 'transfer-encoding: chunked, identity'], `0\r\n\r\n${hidden}`),
    ],
    [
      'behind a space before the colon',
      request('POST /predict HTTP/1.1', [json, 'transfer-encoding : chunked'], `0\r\n\r\n${hidden}`),
    ],
    ['behind a folded header', request('POST /predict HTTP/1.1', [json, 'content-length: 4\r\n 0'], hidden)],
    ['behind a length with a sign', request('POST /predict HTTP/1.1', [json, 'content-length: +0'], hidden)],
    [
      'behind a chunk with a sign',
      request('POST /predict HTTP/1.1', [json, 'transfer-encoding: chunked'], `-0\r\n\r\n${hidden}`),
    ],
    [
      'behind a bare line feed in a chunk extension',
      request('POST /predict HTTP/1.1', [json, 'transfer-encoding: chunked'], `0;x\n\r\n\r\n${hidden}`),
    ],
  ])('%s is never answered', async (_name, bytes) => {
    const answer = await heard(bytes);
    expect(statuses(answer)[0]).toMatch(/^4/);
    expect(statuses(answer).filter((status) => status.startsWith('2'))).toEqual([]);
    expect(answer).not.toContain('process_cpu');
  });
});

describe('a header', () => {
  it.each([
    ['a line break', '\r\nset-cookie: stolen=1'],
    ['a line feed', '\nset-cookie: stolen=1'],
    ['a percent-encoded line break', '%0d%0aset-cookie:%20stolen=1'],
    ['a wide character that ends as one', '\u560d\u560aset-cookie: stolen=1'],
    ['a null byte', 'a\0b'],
    ['four thousand letters', 'x'.repeat(4_000)],
    ['quotes', '"><script>'],
  ])('with %s in the request id is not given back', async (_name, value) => {
    const lines = ['connection: close', `x-request-id: ${value}`];
    const [head] = (await heard(request('GET /health HTTP/1.1', lines))).split('\r\n\r\n');
    expect(head).not.toMatch(/^set-cookie/im);
    expect(head).not.toMatch(/x{1000}|<script/);
    expect(head).toMatch(/^HTTP\/1\.1 (200|400) /);
  });

  it('is one of at most 16 KiB, together', async () => {
    const many = Array.from({ length: 3_000 }, (_, at) => `x-${at}: ${at}`);
    expect(statuses(await heard(request('GET /health HTTP/1.1', many)))).toEqual(['431']);
  });
});

describe('a client that is slow on purpose', () => {
  it.each<[string, string]>([
    ['headers', 'GET /health HTTP/1.1\r\nhost: relevo\r\n'],
    ['its body', request('POST /predict HTTP/1.1', [json, 'content-length: 1000'], '{')],
    [
      'the chunks of its body',
      request('POST /predict HTTP/1.1', [json, 'transfer-encoding: chunked'], '1\r\n{\r\n'),
    ],
  ])('with %s is cut off while others are served', async (_name, bytes) => {
    // As it ships the limits are 10 and 30 seconds; what is shown is that they hold.
    Object.assign(api.server, { headersTimeout: 500, requestTimeout: 1_000 });
    let dripping: NodeJS.Timeout | undefined;
    const slow = heard(bytes, (socket) => {
      dripping = setInterval(() => socket.writable && socket.write('x'), 100);
    });
    expect((await fetch(`${api.url}/health`)).status).toBe(200);
    const answer = await slow;
    clearInterval(dripping);
    expect(statuses(answer).filter((status) => !/^4/.test(status))).toEqual([]);
  });

  it('with a file is cut off too, though a file may take longer than any other request', async () => {
    Object.assign(api.server, { headersTimeout: 500, requestTimeout: 1_000 });
    const { withinMs } = limits.uploadPace;
    const sinceMs = performance.now();
    let dripping: NodeJS.Timeout | undefined;
    const answer = await heard(upload(1_000_000), (socket) => {
      dripping = setInterval(() => socket.writable && socket.write('x'), 100);
    });
    clearInterval(dripping);
    expect(statuses(answer)).toEqual(['408']);
    expect(answer).toContain('The file comes too slowly');
    expect(performance.now() - sinceMs).toBeGreaterThan(withinMs - 100);
    expect(performance.now() - sinceMs).toBeLessThan(3 * withinMs);
  });
});

describe('a client that is slow and steady', () => {
  it('brings its file in longer than any other request may take, and keeps its connection', async () => {
    Object.assign(api.server, { headersTimeout: 500, requestTimeout: 1_000 });
    const piece = 'x'.repeat(16 * 1024);
    const pieces = 30;
    const answer = await heard(upload(pieces * piece.length), async (socket) => {
      for (let sent = 0; sent < pieces; sent++) {
        await sleep(200);
        socket.write(piece);
      }
      socket.write(request('GET /health HTTP/1.1', ['connection: close']));
    });
    // All of it came; only the database, which is away here, cannot hear of it.
    expect(answer).toContain('The database cannot be used');
    expect(answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*HTTP\/1\.1 200 OK/);
  });

  it('is let in with a file that is larger than memory should hold', async () => {
    const answer = heard(upload(limits.artifactBytes), (socket) => setTimeout(() => socket.destroy(), 1_000));
    expect(await answer).toBe('');
  });
});

describe('a path', () => {
  it.each([
    '/docs/../../package.json',
    '/docs/%2e%2e/%2e%2e/package.json',
    '/docs/..%2f..%2fpackage.json',
    '/docs/..%5c..%5cpackage.json',
    '//etc/passwd',
    '/docs/swagger-ui.css%00.html',
    '/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
    'http://169.254.169.254/latest/meta-data/',
    '/v1/runs/..%2f..%2fhealth',
  ])('%s leads nowhere', async (path) => {
    const answer = await heard(request(`GET ${path} HTTP/1.1`, ['connection: close']));
    expect(statuses(answer)[0]).toMatch(/^(4|503)/);
    expect(answer).not.toMatch(/"dependencies"|root:x/);
  });
});
