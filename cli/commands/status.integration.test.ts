import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { commandLine } from '../../test/support/command-line.ts';

let server: Server;
/** What `/ready` has been asked. */
let looks: number;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** An API whose parts are in each of the states in turn, the last for good. */
async function serve(...states: { database: string; temporal: string }[]): Promise<string> {
  looks = 0;
  server = createServer((request, response) => {
    if (request.url !== '/ready') return response.end('{"runs": []}');
    const checks = states[Math.min(looks++, states.length - 1)];
    return response.end(JSON.stringify({ status: 'degraded', degraded: [], checks, champions: [] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const [fine, busy, gone] = ['ok', 'slow', 'away'].map((temporal) => ({ database: 'ok', temporal }));
const status = async (url: string, language: 'en' | 'es' = 'en') =>
  (await commandLine(url, ['status'], { language })).stdout;

describe('relevo status', () => {
  it('asks again while something is slow, and says what it has come to', async () => {
    expect(await status(await serve(busy, busy, fine))).toMatch(/temporal: ok$/m);
    expect(looks).toBe(3);
    expect(await status(await serve(busy, gone))).toMatch(/database: ok\n +temporal: away$/m);
    expect(looks).toBe(2);
  });

  it.each([
    ['en', 'slow to answer'],
    ['es', 'responde despacio'],
  ] as const)('tells slow from away where it stays so, in %s', async (language, words) => {
    expect(await status(await serve(busy), language)).toContain(`temporal: ${words}\n`);
    expect(looks).toBeGreaterThan(5);
  });

  it('does not wait for what is away', async () => {
    const url = await serve(gone);
    expect(await commandLine(url, ['status'])).toMatchObject({ code: 0 });
    expect(looks).toBe(1);
  });

  it('says that nobody is there where nobody is', async () => {
    const url = await serve(fine);
    server.close();
    const { code, stdout } = await commandLine(url, ['status']);
    expect(code).toBe(3);
    expect(stdout).toContain(`${url}  away`);
  });
});
