import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseEnvironment } from '../../contracts/env.ts';
import { temporalClient } from './client.ts';
import { createWorkflows } from './workflows.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** How long a ping of up to `timeoutMs` takes to fail. */
async function failureMs(port: number, timeoutMs: number): Promise<number> {
  const env = parseEnvironment({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
  const { client, connection } = await temporalClient(env);
  closing.push(() => connection.close());
  const startedMs = performance.now();
  await expect(createWorkflows(client).ping(timeoutMs)).rejects.toThrow();
  return performance.now() - startedMs;
}
async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('a ping', () => {
  it('fails at once where nobody listens, however long it may take', async () => {
    const server = createServer();
    const port = await listening(server);
    server.close();
    await once(server, 'close');
    expect(await failureMs(port, 10_000)).toBeLessThan(5_000);
  });

  it('waits for its time where somebody listens and says nothing', async () => {
    const server = createServer(() => {});
    const port = await listening(server);
    closing.push(() => server.close());
    expect(await failureMs(port, 700)).toBeGreaterThan(650);
  });
});
