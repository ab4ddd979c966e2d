import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { pythonWith } from '../../bench/lib/python.ts';
import { ownTemporal } from '../own-temporal.ts';
import { type ServedStack, startServedStack } from '../support/served-stack.ts';

const minutes = Number(process.env.SCHEMATHESIS_MINUTES ?? 2);
/** A stream that ends only with its client. */
const endless = ['/v1/alerts/events'];

/**
 * A request of the right form may still not suit the pipeline that it names: 422 says so, and nothing else may. What
 * is too large is refused by 413, in a type that the route does not take by 415.
 */
const settings = (key: string | undefined): string => `[auth.openapi.bearer]
bearer = "${key}"

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "429"]

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "422", "429", "5xx"]
`;

let stack: ServedStack;

beforeAll(async () => {
  const services = { databaseUrl: inject('databaseUrl'), temporalAddress: ownTemporal() };
  stack = await startServedStack(services, { auth: true });
});
afterAll(() => stack?.close());

it(
  `Schemathesis finds nothing in ${minutes} minutes, with every check on`,
  async () => {
    const python = await pythonWith(['schemathesis==4.32.5']);
    const args = [
      ...['-m', 'schemathesis.cli', 'run', `${stack.api.url}/openapi.json`],
      ...['--checks', 'all', '--max-time', String(60 * minutes)],
      ...['--request-timeout', '30', '--suppress-health-check', 'all', '--continue-on-failure'],
      ...['--generation-database', 'none', '--seed', process.env.SCHEMATHESIS_SEED ?? '1'],
      ...endless.flatMap((path) => ['--exclude-path', path]),
    ];
    await writeFile(join(stack.folder, 'schemathesis.toml'), settings(stack.key));
    const child = spawn(python, args, { cwd: stack.folder, stdio: 'inherit' });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(0);
    expect((await fetch(`${stack.api.url}/health`)).status).toBe(200);
  },
  (minutes + 10) * 60_000,
);
