import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { JsonRow } from '../../test/support/steel-model.ts';
import {
  cpuSeconds,
  familyOf,
  memoryMiB,
  type Running,
  startServer,
  stolenSeconds,
  stopServer,
} from '../lib/servers.ts';
import type { Contestant } from './contestants.ts';
import type { Ground } from './ground.ts';

const peers = join(dirname(fileURLToPath(import.meta.url)), '../peers/serving');
const run = promisify(execFile);

export interface Load {
  requestsPerSecond: number;
  /** All that were sent, those that warm the load up too. */
  requests: number;
  p50Ms: number;
  p99Ms: number;
  failures: number;
}
/** An even load for a while. */
export interface Window extends Load {
  /** Of the machine's processor time, what its host kept: a tail that no server can help. */
  stolenShare: number;
}
/** An even load, in the window of several during which the machine's host kept least for others. */
export interface EvenLoad extends Window {
  /** Every window, as it came. */
  windows: Pick<Window, 'requestsPerSecond' | 'p99Ms' | 'stolenShare'>[];
}
export interface Measured {
  /** As fast as it answers: before each window, the one of the median rate. */
  saturated: Load;
  /** At half of what it could do just before: how much a processor does changes with what others run on the host. */
  half: EvenLoad;
  /** Processor time of the server's processes for one request. */
  cpuUsPerRequest: number;
  /** Of PostgreSQL for the same, whose work is the log's. */
  databaseUsPerRequest: number;
  /** Of all its processes; peaks of several may lie at different moments. */
  idleRssMiB: number;
  peakRssMiB: number;
}

const sum = (pids: readonly number[], of: (pid: number) => number): number =>
  pids.reduce((total, pid) => total + of(pid), 0);

/** Starts a server, asks it, and stops it. */
export async function during<T>(contestant: Contestant, ask: (server: Running) => Promise<T>): Promise<T> {
  const server = await startServer(contestant.command, contestant.healthPath);
  try {
    return await ask(server);
  } finally {
    await stopServer(server);
  }
}

/** @param body JSON @throws Error where the server refuses it. */
export async function post(url: string, { path, headers }: Contestant, body: string): Promise<string> {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}${path} answered ${answer.status}: ${text.slice(0, 500)}`);
  return text;
}

const failuresOf = (all: readonly Load[]): number => all.reduce((total, { failures }) => total + failures, 0);

const middleOf = (all: readonly Load[]): Load => {
  const sorted = all.toSorted((a, b) => a.requestsPerSecond - b.requestsPerSecond);
  return { ...sorted[Math.floor(sorted.length / 2)], failures: failuresOf(all) };
};

function quietest(all: readonly Window[]): EvenLoad {
  const [first] = all.toSorted((a, b) => a.stolenShare - b.stolenShare);
  const windows = all.map(({ requestsPerSecond, p99Ms, stolenShare }) => ({
    ...{ requestsPerSecond, p99Ms, stolenShare },
  }));
  return { ...first, failures: failuresOf(all), windows };
}

/** Loads one server after the other: saturated and at half its own rate, in turn. */
export function createMeasuring(
  ground: Ground,
  options: { seconds: number; connections: number; windows: number },
) {
  const { seconds, connections, windows } = options;

  const load = async (
    { url }: Running,
    contestant: Contestant,
    loadSeconds: number,
    rate?: number,
  ): Promise<Load> => {
    const bodies = join(ground.folder, 'bodies.json');
    const texts = ground.samples.map((row) => JSON.stringify(contestant.bodyOf(row)));
    await writeFile(bodies, JSON.stringify(texts));
    const env = {
      ...process.env,
      ...{ URL: url, PATH_ASKED: contestant.path, HEADERS: JSON.stringify(contestant.headers) },
      ...{ BODIES: bodies, SECONDS: String(loadSeconds), CONNECTIONS: String(connections) },
      ...(rate === undefined ? {} : { RATE: String(Math.max(1, Math.round(rate))) }),
    };
    const { stdout } = await run(process.execPath, ['--import', 'tsx', join(peers, 'load.ts')], { env });
    return JSON.parse(stdout);
  };

  const window = async (server: Running, contestant: Contestant, rate: number): Promise<Window> => {
    const [stolenBefore, startedMs] = [stolenSeconds(), performance.now()];
    const even = await load(server, contestant, seconds, rate);
    const wallSeconds = (performance.now() - startedMs) / 1_000;
    const stolenShare = (stolenSeconds() - stolenBefore) / (wallSeconds * availableParallelism());
    return { ...even, stolenShare };
  };

  return {
    /** One server at an even load. */
    measureEven: (contestant: Contestant, rate: number): Promise<EvenLoad> =>
      during(contestant, async (server) => {
        await load(server, contestant, Math.min(3, seconds));
        const all: Window[] = [];
        for (let i = 0; i < windows; i++) all.push(await window(server, contestant, rate));
        return quietest(all);
      }),

    measure: (contestant: Contestant): Promise<Measured> =>
      during(contestant, async (server) => {
        const own = () => familyOf(server.process.pid ?? 0);
        const database = () => familyOf(ground.postgresPid);
        const idleRssMiB = sum(own(), (pid) => memoryMiB(pid).now);
        await load(server, contestant, Math.min(3, seconds));
        const before = [sum(own(), cpuSeconds), sum(database(), cpuSeconds)];
        const full: Load[] = [];
        const even: Window[] = [];
        for (let i = 0; i < windows; i++) {
          full.push(await load(server, contestant, seconds));
          even.push(await window(server, contestant, full[i].requestsPerSecond / 2));
        }
        const all = [...full, ...even].reduce((total, { requests }) => total + requests, 0);
        return {
          ...{ saturated: middleOf(full), half: quietest(even), idleRssMiB },
          cpuUsPerRequest: ((sum(own(), cpuSeconds) - before[0]) / all) * 1e6,
          databaseUsPerRequest: ((sum(database(), cpuSeconds) - before[1]) / all) * 1e6,
          peakRssMiB: sum(own(), (pid) => memoryMiB(pid).peak),
        };
      }),

    /** What a server says of some rows, to see that all compute the same. */
    answers: (contestant: Contestant, rows: readonly JsonRow[]): Promise<number[]> =>
      during(contestant, async ({ url }) => {
        const values: number[] = [];
        for (const row of rows)
          values.push(
            contestant.valueOf(
              JSON.parse(await post(url, contestant, JSON.stringify(contestant.bodyOf(row)))),
            ),
          );
        return values;
      }),
  };
}
