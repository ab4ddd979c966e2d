import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { RelevoError } from '../../../contracts/errors.ts';
import { readPredictions } from '../../../registry/prediction-batches.ts';
import type { PredictionBatch } from '../../../registry/types.ts';
import type { Spool } from './spool.ts';

/** Brings what is on disk to the database. */
export interface CatchUp {
  /** Begins, unless it is under way; ends by itself when nothing is left. */
  begin(): void;
  close(): Promise<void>;
}

/** Whether the batch itself is what is wrong, so that it can never be brought home. */
const isRefusal = (error: unknown): boolean =>
  error instanceof RangeError || (error instanceof RelevoError && !error.retryable);

/** Tries the oldest batch until the database takes it, with growing pauses, then the next. */
export function createCatchUp(options: {
  spool: Spool;
  copy(batch: PredictionBatch): Promise<void>;
  counted(outcome: 'caught-up' | 'refused', rows: number): void;
  /** Hears that the database took a batch. */
  onHome(): void;
  log: Logger;
  retryMs: { first: number; longest: number };
}): CatchUp {
  const { spool, copy, counted, onHome, log, retryMs } = options;
  const stop = new AbortController();
  let underWay: Promise<void> | undefined;

  const bringHome = async ({ name, data }: { name: string; data: Buffer }): Promise<void> => {
    const batch = readPredictions(data);
    await copy(batch);
    onHome();
    await spool.remove(name);
    counted('caught-up', batch.rows);
  };
  const putAside = async (name: string, error: unknown): Promise<void> => {
    log.error({ err: error, batch: name }, 'a batch of predictions is refused and put aside');
    await spool.refuse(name);
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
        .catch((error: unknown) => log.error({ err: error }, 'predictions on disk cannot be read'))
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
