import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { RelevoError } from '../../contracts/errors.ts';
import type { Spool, Waiting } from './spool.ts';

/** Brings what is on disk to the database. */
export interface CatchUp {
  /** Begins, unless it is under way; ends by itself when nothing is left. */
  begin(): void;
  close(): Promise<void>;
}

/** Whether the file itself is what is wrong, so that it can never be brought home. */
const isRefusal = (error: unknown): boolean =>
  error instanceof RangeError || (error instanceof RelevoError && !error.retryable);

/** Tries the oldest file until the database takes it, with growing pauses, then the next. */
export function createCatchUp(options: {
  spool: Spool;
  /**
   * Takes a file's content to the database, once however often it is called; gives how many records it held.
   * @throws RangeError where it was cut off
   */
  deliver(data: Buffer): Promise<number>;
  counted(outcome: 'caught-up' | 'refused', records: number): void;
  log: Logger;
  retryMs: { first: number; longest: number };
}): CatchUp {
  const { spool, deliver, counted, log, retryMs } = options;
  const stop = new AbortController();
  let underWay: Promise<void> | undefined;

  const bringHome = async ({ name, data }: Waiting): Promise<void> => {
    const records = await deliver(data);
    await spool.remove(name);
    counted('caught-up', records);
  };
  const putAside = async (file: string, error: unknown): Promise<void> => {
    log.error({ err: error, file }, 'what waited on disk is refused by the database and put aside');
    await spool.refuse(file);
    counted('refused', 1);
  };

  const run = async (): Promise<void> => {
    let delayMs = retryMs.first;
    for (let next = await spool.oldest(); next && !stop.signal.aborted; next = await spool.oldest()) {
      try {
        await bringHome(next);
        delayMs = retryMs.first;
      } catch (error) {
        if (isRefusal(error)) await putAside(next.name, error);
        else {
          await sleep(delayMs, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
          delayMs = Math.min(retryMs.longest, 2 * delayMs);
        }
      }
    }
  };

  return {
    begin() {
      underWay ??= run()
        .catch((error: unknown) => log.error({ err: error }, 'what waits on disk cannot be read'))
        .finally(() => {
          underWay = undefined;
        });
    },
    async close() {
      stop.abort();
      await underWay;
    },
  };
}
