import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { pythonWith } from '../../bench/lib/python.ts';
import { type ServedStack, startServedStack } from '../support/served-stack.ts';

const minutes = Number(process.env.SCHEMATHESIS_MINUTES ?? 2);
/** A stream that ends only with its client. */
const endless = ['/v1/alerts/events'];

let stack: ServedStack;

beforeAll(async () => {
  const services = { databaseUrl: inject('databaseUrl'), temporalAddress: inject('temporalAddress') };
  stack = await startServedStack(services, { auth: true });
});
afterAll(() => stack?.close());

it(
  `Schemathesis finds nothing in ${minutes} minutes, with every check on`,
  async () => {
    const python = await pythonWith(['schemathesis==4.32.5']);
    const args = [
      ...['-m', 'schemathesis.cli', 'run', `${stack.api.url}/openapi.json`],
      ...['--checks', 'all', '--max-time', String(60 * minutes), '--header', `x-api-key:${stack.key}`],
      ...['--request-timeout', '30', '--suppress-health-check', 'all', '--continue-on-failure'],
      ...['--generation-database', 'none', '--seed', process.env.SCHEMATHESIS_SEED ?? '1'],
      ...endless.flatMap((path) => ['--exclude-path', path]),
    ];
    const child = spawn(python, args, { cwd: stack.folder, stdio: 'inherit' });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(0);
    expect((await fetch(`${stack.api.url}/health`)).status).toBe(200);
  },
  (minutes + 10) * 60_000,
);
