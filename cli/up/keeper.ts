import { setTimeout as sleep } from 'node:timers/promises';
import { crashed, type Service } from './child.ts';

export interface KeeperOptions {
  name: string;
  start(): Promise<Service>;
  /** Once aborted, an end is no crash any more. */
  signal: AbortSignal;
  onStarted(service: Service): void;
  onCrash(how: string, again: { inMs: number; attempt: number }): void;
  /** Crashes in a row before giving up. */
  maxCrashes?: number;
  firstDelayMs?: number;
  /** A process that lived this long starts counting anew. */
  steadyAfterMs?: number;
}

export interface Keeper {
  /** The first start: its service, or why it could not be. */
  started: Promise<Service>;
  current(): Service | undefined;
  /** Rejects with PROCESS_CRASHED after too many crashes; never settles otherwise. */
  gaveUp: Promise<never>;
  /** Ends the service, or the start of it that is under way. Abort the signal first. */
  stop(): Promise<void>;
}

const longestDelayMs = 30_000;
const never = new Promise<never>(() => {});

/** Waits before the n-th restart: doubling, at most half a minute. */
export const backoffMs = (crashes: number, firstDelayMs: number): number =>
  Math.min(longestDelayMs, firstDelayMs * 2 ** (crashes - 1));

/** Starts a service and keeps it running: a crashed one is started again after a growing wait. */
export function keep(options: KeeperOptions): Keeper {
  const { name, signal, firstDelayMs = 1000, maxCrashes = 5, steadyAfterMs = 60_000 } = options;
  let service: Service | undefined;
  let starting: Promise<unknown> | undefined;

  async function start(): Promise<Service> {
    const attempt = options.start();
    starting = attempt.catch(() => {});
    service = await attempt;
    starting = undefined;
    options.onStarted(service);
    return service;
  }

  async function watch(first: Promise<Service>): Promise<never> {
    let crashes = 0;
    let { logFile, ended } = await first.catch(() => never);
    for (let startedAtMs = Date.now(); ; startedAtMs = Date.now()) {
      const how = await ended;
      service = undefined;
      if (signal.aborted) return never;
      crashes = Date.now() - startedAtMs > steadyAfterMs ? 1 : crashes + 1;
      if (crashes >= maxCrashes) throw crashed(name, `ended ${crashes} times (${how})`, logFile);
      const inMs = backoffMs(crashes, firstDelayMs);
      options.onCrash(how, { inMs, attempt: crashes });
      await sleep(inMs, undefined, { signal }).catch(() => never);
      try {
        ({ ended, logFile } = await start());
      } catch (error) {
        ended = Promise.resolve(error instanceof Error ? error.message : String(error));
      }
    }
  }

  const started = start();
  const gaveUp = watch(started);
  for (const promise of [started, gaveUp]) promise.catch(() => {});
  return {
    started,
    current: () => service,
    gaveUp,
    async stop() {
      await starting;
      await service?.stop();
    },
  };
}
