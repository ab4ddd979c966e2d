import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import { demandFreePorts, holderOf, probePort } from './ports.ts';

const host = '127.0.0.1';
let server: Server;
let port: number;
beforeEach(async () => {
  server = createServer().listen(0, host);
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => void server.close());

async function refusal(ports: Parameters<typeof demandFreePorts>[0]): Promise<RelevoError> {
  const error = await demandFreePorts(ports).catch((thrown: unknown) => thrown);
  if (error instanceof RelevoError) return error;
  throw new Error(`expected a refusal, got ${String(error)}`);
}

it('a taken port is named with its holder and the setting that moves it', async () => {
  const error = await refusal([{ part: 'the API', host, port, setting: 'RELEVO_PORT' }]);
  expect(error.code).toBe('PORT_TAKEN');
  expect(error.message).toContain(`Port ${port} for the API`);
  expect(error.message).toContain(`process ${process.pid}`);
  expect(error.details).toMatchObject({ field: 'RELEVO_PORT', value: port });
  expect(error.details.remedy).toContain('RELEVO_PORT=');
});

it('two parts on one port are told apart', async () => {
  const error = await refusal([
    { part: 'the API', host, port: 1, setting: 'RELEVO_PORT' },
    { part: 'PostgreSQL', host, port: 1, setting: 'RELEVO_POSTGRES_PORT' },
  ]);
  expect([error.code, error.details.field]).toEqual(['ENVIRONMENT_INVALID', 'RELEVO_POSTGRES_PORT']);
});

it('an address of another machine is a wrong setting, not a taken port', async () => {
  const error = await refusal([{ part: 'the API', host: '192.0.2.1', port: 4001, setting: 'RELEVO_PORT' }]);
  expect(error.code).toBe('ENVIRONMENT_INVALID');
});

it('a port is free again once its holder is gone', async () => {
  expect(await probePort(host, port)).toBe('taken');
  expect(holderOf(port)?.pid).toBe(process.pid);
  server.close();
  await once(server, 'close');
  expect(await probePort(host, port)).toBe('free');
  expect(holderOf(port)).toBeUndefined();
});
