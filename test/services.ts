/** Real services for tests: one PostgreSQL for all, a Temporal server for each test worker, on free ports, gone afterwards. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../cli/up/postgres.ts';
import { freePort } from '../cli/up/readiness.ts';
import { ensureTemporal, startTemporal } from '../cli/up/temporal.ts';
import { environment } from '../contracts/env.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the server's own database; each test makes one of its own with `freshDatabase`. */
    databaseUrl: string;
    /** One per test worker; `ownTemporal()` gives a file its own. */
    temporalAddresses: string[];
  }
}

const log = (line: string): void => console.log(`services: ${line}`);

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-test-'));
  // Root's PostgreSQL runs under another account, which must get through to its data.
  await chmod(folder, 0o711);
  const binary = await ensureTemporal({ cacheDir: environment().RELEVO_CACHE, onProgress: log });
  const started: { stop(): Promise<void> }[] = [];
  const teardown = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const postgres = await startPostgres({
      dataDir: join(folder, 'postgres', 'data'),
      port: await freePort(),
      log,
    });
    started.push(postgres);
    project.provide('databaseUrl', postgres.url);
    const temporals = await Promise.all(
      Array.from({ length: project.config.maxWorkers }, async (_, worker) =>
        startTemporal({
          binary,
          dbFile: join(folder, `temporal-${worker}`, 'temporal.db'),
          port: await freePort(),
          uiPort: await freePort(),
          logFile: join(folder, `temporal-${worker}`, 'temporal.log'),
          log,
        }),
      ),
    );
    started.push(...temporals);
    project.provide(
      'temporalAddresses',
      temporals.map(({ address }) => address),
    );
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}
