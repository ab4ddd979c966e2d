import { join } from 'node:path';
import type { Environment } from '../../contracts/env.ts';
import { killDelayMs } from '../../temporal.config.ts';
import { urlOf } from './addresses.ts';
import type { Service } from './child.ts';
import { endLeftover } from './leftovers.ts';
import { prepareLog } from './logs.ts';
import type { WantedPort } from './ports.ts';

const postgresDir = (home: string): string => join(home, 'postgres');
const temporalFile = (home: string): string => join(home, 'temporal', 'temporal.db');

/** The ports that this configuration opens on this machine. */
export function wantedPorts(env: Environment): WantedPort[] {
  const host = '127.0.0.1';
  const postgres = {
    part: 'PostgreSQL',
    host,
    port: env.RELEVO_POSTGRES_PORT,
    setting: 'RELEVO_POSTGRES_PORT',
  };
  const temporal = [
    { part: 'Temporal', host, port: env.RELEVO_TEMPORAL_PORT, setting: 'RELEVO_TEMPORAL_PORT' },
    { part: 'the Temporal UI', host, port: env.RELEVO_TEMPORAL_UI_PORT, setting: 'RELEVO_TEMPORAL_UI_PORT' },
  ];
  const metrics = env.RELEVO_WORKER_METRICS_PORT;
  const ofWorkers = (at: number): WantedPort[] =>
    ['control', 'compute'].map((name, offset) => ({
      part: `metrics of the ${name} worker`,
      host: env.RELEVO_HOST,
      port: at + offset,
      setting: 'RELEVO_WORKER_METRICS_PORT',
    }));
  return [
    { part: 'the API', host: env.RELEVO_HOST, port: env.RELEVO_PORT, setting: 'RELEVO_PORT' },
    ...(env.DATABASE_URL === undefined ? [postgres] : []),
    ...(env.TEMPORAL_ADDRESS === undefined ? temporal : []),
    ...(metrics === undefined ? [] : ofWorkers(metrics)),
  ];
}

type Say = (line: string) => void;
/** An embedded server as the keeper sees it. */
const asService = (
  server: { pid: number; exited: Promise<string>; stop(): Promise<void> },
  logFile: string,
): Service => ({
  pid: server.pid,
  ended: server.exited,
  logFile,
  stop: server.stop,
  kill() {
    try {
      process.kill(server.pid, 'SIGKILL');
    } catch {
      // gone already
    }
  },
});

/**
 * Starts PostgreSQL on the data in the home, which are made at the first start; the caller ends it.
 * @throws RelevoError PORT_TAKEN, HOME_IN_USE, DATABASE_UNAVAILABLE, CANCELLED where `signal` was aborted.
 */
export async function embeddedPostgres(
  env: Environment,
  signal: AbortSignal,
  log: Say,
): Promise<Service & { url: string }> {
  const { startPostgres } = await import('./postgres.ts');
  const dataDir = postgresDir(env.RELEVO_HOME);
  const server = await startPostgres({ dataDir, port: env.RELEVO_POSTGRES_PORT, signal, log });
  return { ...asService(server, `${dataDir}.log`), url: server.url };
}

/** The database of a home: the one that is set, or the embedded one that its stack runs. */
export async function databaseUrlOf(env: Environment): Promise<string> {
  if (env.DATABASE_URL !== undefined) return env.DATABASE_URL;
  const { urlOfCluster } = await import('./postgres-data.ts');
  return urlOfCluster(postgresDir(env.RELEVO_HOME), env.RELEVO_POSTGRES_PORT);
}

/**
 * Starts Temporal on the home's file; the caller ends it. The first time on a machine its program is downloaded or
 * built, which takes minutes.
 * @throws RelevoError PORT_TAKEN, HOME_IN_USE, TEMPORAL_UNAVAILABLE, CANCELLED where `signal` was aborted.
 */
export async function embeddedTemporal(
  env: Environment,
  signal: AbortSignal,
  log: Say,
): Promise<Service & { address: string; uiUrl: string }> {
  const { ensureTemporal, startTemporal } = await import('./temporal.ts');
  const binary = await ensureTemporal({ cacheDir: env.RELEVO_CACHE, onProgress: log, signal });
  const logFile = prepareLog(env.RELEVO_HOME, 'temporal');
  const { RELEVO_TEMPORAL_PORT: port, RELEVO_TEMPORAL_UI_PORT: uiPort } = env;
  const server = await startTemporal({
    binary,
    dbFile: temporalFile(env.RELEVO_HOME),
    port,
    uiPort,
    logFile,
    ...(env.RELEVO_PAYLOAD_KEYS !== undefined && { codecEndpoint: `${urlOf(env)}/codec` }),
    signal,
    log,
  });
  return { ...asService(server, logFile), address: server.address, uiUrl: server.uiUrl };
}

/** Ends servers of this home that a killed supervisor left: their ports are not taken by a stranger. */
export async function endLeftoverServers(home: string, log: Say): Promise<void> {
  const graceMs = killDelayMs;
  await Promise.all([
    endLeftover(`${postgresDir(home)}.lease`, { name: 'PostgreSQL', stopSignal: 'SIGINT', graceMs, log }),
    endLeftover(`${temporalFile(home)}.lease`, {
      name: 'Temporal server',
      stopSignal: 'SIGTERM',
      graceMs,
      log,
    }),
  ]);
}
