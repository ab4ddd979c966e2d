import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { type Service, startChild } from '../cli/up/child.ts';
import { type Keeper, keep } from '../cli/up/keeper.ts';
import { startPostgres } from '../cli/up/postgres.ts';
import { freePort } from '../cli/up/readiness.ts';
import { ensureTemporal, startTemporal } from '../cli/up/temporal.ts';
import { environment } from '../contracts/env.ts';
import { openRegistry, type Registry } from '../registry/index.ts';
import { migrate } from '../registry/migrate.ts';
import { layBundle } from './bundles.ts';
import { freshDatabase } from './database.ts';
import { pauseSchedules } from './paused-schedules.ts';

/** PostgreSQL and Temporal as `relevo up` runs them, in a folder of their own. */
export interface Servers {
  folder: string;
  temporalAddress: string;
  databaseUrl: string;
  client: Client;
  stop(): Promise<void>;
}

/** A home with a database of its own and both workers as processes, the way the supervisor keeps them. */
export interface Workers {
  home: string;
  dataDir: string;
  databaseUrl: string;
  registry: Registry;
  control: { current(): Service | undefined };
  compute: { current(): Service | undefined };
  stop(): Promise<void>;
}

/** To standard error: a bench prints its JSON beside it. */
const log = (line: string): void => console.error(`stack: ${line}`);

export async function startServers(): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-stack-'));
  // Root's PostgreSQL runs under another account, which must get through to its data.
  await chmod(folder, 0o711);
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const step of undo.reverse()) await step();
  };
  try {
    const binary = await ensureTemporal({ cacheDir: environment().RELEVO_CACHE, onProgress: log });
    const postgres = await startPostgres({
      dataDir: join(folder, 'postgres', 'data'),
      port: await freePort(),
      log,
    });
    undo.push(postgres.stop);
    const temporal = await startTemporal({
      binary,
      dbFile: join(folder, 'temporal', 'temporal.db'),
      port: await freePort(),
      uiPort: await freePort(),
      logFile: join(folder, 'temporal', 'temporal.log'),
      log,
    });
    undo.push(temporal.stop);
    const connection = await Connection.connect({ address: temporal.address });
    undo.push(() => connection.close());
    const client = new Client({ connection });
    return { folder, temporalAddress: temporal.address, databaseUrl: postgres.url, client, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Workers whose schedules are paused.
 * @param dataDir RELEVO_DATA of the workers; a folder of the home's own where absent.
 */
export async function startWorkers(
  servers: Servers,
  name: string,
  dataDir = join(servers.folder, name, 'data'),
): Promise<Workers> {
  const home = join(servers.folder, name);
  await mkdir(dataDir, { recursive: true });
  await layBundle(home);
  const database = await freshDatabase(servers.databaseUrl);
  await migrate(database.url);
  const registry = openRegistry(database.url, { poolSize: 2 });
  const env = {
    ...process.env,
    RELEVO_HOME: home,
    RELEVO_DATA: dataDir,
    RELEVO_LOG_LEVEL: 'warn',
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    TZ: 'UTC',
  };
  await pauseSchedules(servers.client);
  const stopping = new AbortController();
  const worker = (part: 'control' | 'compute'): Keeper =>
    keep({
      name: part,
      start: () => startChild({ name: part, entry: `workers/${part}.ts`, home, env }),
      signal: stopping.signal,
      onStarted: () => undefined,
      onCrash: (how) => log(`${part} ended (${how}), starting it again`),
      maxCrashes: 100,
      firstDelayMs: 250,
      // A kill is no sign of a worker that cannot run: the wait before its next start does not grow.
      steadyAfterMs: 0,
    });
  const keepers = [worker('control'), worker('compute')];
  await Promise.all(keepers.map(({ started }) => started));
  return {
    home,
    dataDir,
    databaseUrl: database.url,
    registry,
    control: keepers[0],
    compute: keepers[1],
    async stop() {
      stopping.abort();
      await Promise.all(keepers.map((keeper) => keeper.stop()));
      await registry.close();
      await database.drop();
    },
  };
}
