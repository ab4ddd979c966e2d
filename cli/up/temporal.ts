import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Connection } from '@temporalio/client';
import { RelevoError } from '../../contracts/errors.ts';
import { endLeftover } from './leftovers.ts';
import { tailOf } from './logs.ts';
import { demandFreePorts } from './ports.ts';
import { answers, waitUntil } from './readiness.ts';
import { registerSearchAttributes } from './search-attributes.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import { cachedBinary, faultOf, oldestServer, onPath } from './temporal-binary.ts';
import { buildTemporal } from './temporal-build.ts';
import { downloadTemporal } from './temporal-download.ts';

export interface TemporalSearch {
  /** Where a fetched or built server is kept for other clones and later starts. */
  cacheDir: string;
  onProgress(line: string): void;
  signal?: AbortSignal;
}

/**
 * Path of a Temporal server that runs: on PATH, in the cache, downloaded by the SDK, or built with Go.
 * @throws RelevoError TEMPORAL_UNAVAILABLE saying what was tried and what to do.
 */
export async function ensureTemporal({ cacheDir, onProgress, signal }: TemporalSearch): Promise<string> {
  const tried: string[] = [];
  const cached = cachedBinary(cacheDir);
  for (const program of [await onPath('temporal', process.env.PATH), await onPath('temporal', cacheDir)]) {
    if (program === undefined) continue;
    const fault = await faultOf(program);
    if (fault === undefined) return program;
    tried.push(`${program}: ${fault}`);
  }
  const ways = [
    { name: "the SDK's download", get: downloadTemporal },
    { name: 'go install', get: buildTemporal },
  ];
  for (const { name, get } of ways) {
    onProgress(`no Temporal server here yet: trying ${name}`);
    const failure = await get(cacheDir, onProgress, signal);
    if (signal?.aborted) throw new RelevoError('CANCELLED', 'Getting the Temporal server was given up');
    if (failure === undefined) return cached;
    onProgress(`${name} failed: ${failure}`);
    tried.push(`${name}: ${failure}`);
  }
  throw new RelevoError(
    'TEMPORAL_UNAVAILABLE',
    `No Temporal server could be had. Tried ${tried.join('; ')}`,
    {
      field: 'PATH',
      expected: `a program "temporal" with server ${oldestServer} or later`,
      remedy:
        'Install the Temporal CLI (https://temporal.io/setup/install-temporal-cli) or Go, or set TEMPORAL_ADDRESS to a server of your own.',
    },
  );
}

export interface TemporalOptions {
  binary: string;
  /** SQLite file of the server's state. */
  dbFile: string;
  port: number;
  uiPort: number;
  logFile: string;
  /** Where the UI has payloads decrypted; as they are where absent. */
  codecEndpoint?: string;
  /** Gives up starting. */
  signal?: AbortSignal;
  log?(line: string): void;
}

export interface RunningTemporal {
  address: string;
  uiUrl: string;
  pid: number;
  /** Resolves when the server is gone, with what to tell a person about it. */
  exited: Promise<string>;
  stop(): Promise<void>;
}

const startTimeoutMs = 60_000;
const logTailLines = 8;
const stopGraceMs = 10_000;
const namespace = 'default';

/** The server waits 50 ms at every hop unless its queues may be read more often. */
const pollRates = [
  'history.transferProcessorMaxPollRPS',
  'history.transferProcessorMaxPollHostRPS',
  'history.timerProcessorMaxPollRPS',
  'history.timerProcessorMaxPollHostRPS',
];
const pragmas = ['journal_mode=WAL', 'synchronous=1'];

const serverArguments = ({ dbFile, port, uiPort, codecEndpoint }: TemporalOptions): string[] => [
  ...['server', 'start-dev', '--ip', '127.0.0.1', '--ui-ip', '127.0.0.1'],
  ...['--port', String(port), '--ui-port', String(uiPort), '--db-filename', dbFile],
  ...['--log-level', 'warn', '--namespace', namespace],
  ...(codecEndpoint === undefined ? [] : ['--ui-codec-endpoint', codecEndpoint]),
  ...pollRates.flatMap((name) => ['--dynamic-config-value', `${name}=2000`]),
  ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
];

async function untilReady(server: ServerProcess, options: TemporalOptions): Promise<void> {
  const { port, logFile, signal } = options;
  // grpc-js waits a second after a refusal: it is let near the port only once that answers.
  const open = await waitUntil(async () => server.hasExited() || (await answers(port)), {
    timeoutMs: startTimeoutMs,
    signal,
  });
  if (signal?.aborted) throw new RelevoError('CANCELLED', 'The start of the Temporal server was given up');
  if (!open || server.hasExited()) {
    await server.stop();
    const how = await server.exited;
    throw new RelevoError(
      'TEMPORAL_UNAVAILABLE',
      `The Temporal server did not start (${how}):\n${tailOf(logFile, logTailLines).join('\n')}`,
      {
        where: logFile,
      },
    );
  }
  const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: '30s' });
  try {
    await registerSearchAttributes(connection, namespace);
  } finally {
    await connection.close();
  }
}

/**
 * Starts the Temporal server on loopback with its state in a file, and registers Relevo's search attributes.
 * @throws RelevoError PORT_TAKEN, HOME_IN_USE, TEMPORAL_UNAVAILABLE
 */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const { binary, dbFile, port, uiPort, logFile, log = () => undefined } = options;
  const leaseFile = `${dbFile}.lease`;
  const stopping = { stopSignal: 'SIGTERM', graceMs: stopGraceMs } as const;
  await mkdir(dirname(dbFile), { recursive: true });
  await endLeftover(leaseFile, { name: 'Temporal server', ...stopping, log });
  await demandFreePorts([
    { part: 'Temporal', host: '127.0.0.1', port, setting: 'RELEVO_TEMPORAL_PORT' },
    { part: 'the Temporal UI', host: '127.0.0.1', port: uiPort, setting: 'RELEVO_TEMPORAL_UI_PORT' },
  ]);
  const server = await startServerProcess({
    path: binary,
    args: serverArguments(options),
    env: { PATH: '/usr/bin:/bin', HOME: dirname(dbFile), TZ: 'UTC' },
    logFile,
    leaseFile,
    ...stopping,
  });
  try {
    await untilReady(server, options);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const { pid, exited, stop } = server;
  return { address: `127.0.0.1:${port}`, uiUrl: `http://127.0.0.1:${uiPort}`, pid, exited, stop };
}
