import type { Logger } from 'pino';
import type { LogPolicy } from '../../../contracts/predictions.ts';
import { readPredictions } from '../../../registry/prediction-batches.ts';
import type { PredictionBatch } from '../../../registry/types.ts';
import { createCatchUp } from '../../spool/catch-up.ts';
import type { Spool } from '../../spool/spool.ts';
import { databaseWithin } from '../../within.ts';
import { createEncodedQueue } from './encoded-queue.ts';
import { batchBytes, batchRows, type LogEntry } from './entry.ts';
import { createReady } from './queue.ts';

/** What became of rows: in the database, on disk for now, in the database after all, put aside, or lost. */
export type LogOutcome = 'written' | 'spooled' | 'caught-up' | 'refused' | 'dropped';

/** Takes answered rows to the database, in batches, off the path of requests. */
export interface PredictionLog {
  /** Costs little. Where too many rows or bytes wait, the entry is dropped and counted. */
  add(entry: LogEntry): void;
  /** The same for rows that have their form already. */
  addBatch(batch: PredictionBatch): void;
  readonly state: LogState;
  /** Resolves when every row is in the database or on disk. */
  close(): Promise<void>;
}
export interface LogState {
  queuedRows: number;
  /** About what those take of memory. */
  queuedBytes: number;
  /** Above 0 while the database is away or slow, and until they are brought home. */
  spooledBatches: number;
  spooledBytes: number;
}

export interface PredictionLogOptions {
  /** Adds a batch, once however often it is called. @throws RelevoError, not retryable where the batch is wrong. */
  copy(batch: PredictionBatch): Promise<void>;
  spool: Spool;
  policyOf(pipeline: string): LogPolicy;
  counted(outcome: LogOutcome, rows: number): void;
  log: Logger;
  /** In memory; where half of either is full, the rest goes to disk. */
  maxRows?: number;
  maxBytes?: number;
  /** How long rows wait for company. */
  lingerMs?: number;
  /** A database that takes longer counts as away. */
  copyTimeoutMs?: number;
  retryMs?: { first: number; longest: number };
}

/**
 * Rows wait in memory for `lingerMs` at most, then go to the database by COPY or, while it is away, to disk, from
 * where they follow later. A batch whose COPY had no answer is on disk too and is not doubled. A process that is
 * killed loses what it had in memory: the answers of the last `lingerMs`.
 */
export function createPredictionLog(options: PredictionLogOptions): PredictionLog {
  const { spool, policyOf, counted, log, lingerMs = 100 } = options;
  const { maxRows = 100_000, maxBytes = 64 * 1024 * 1024 } = options;
  const { copyTimeoutMs = 3_000, retryMs = { first: 250, longest: 10_000 } } = options;
  const copy = (batch: PredictionBatch): Promise<void> => databaseWithin(copyTimeoutMs, options.copy(batch));
  let away = false;
  const catchUp = createCatchUp({
    ...{ spool, counted, log, retryMs },
    async deliver(data) {
      const batch = readPredictions(data);
      await copy(batch);
      if (away) log.info('prediction log: the database is back');
      away = false;
      return batch.rows;
    },
  });
  const queue = createEncodedQueue(policyOf);
  const ready = createReady();
  const waitingRows = (): number => queue.rows + ready.rows;
  const waitingBytes = (): number => queue.bytes + ready.bytes;
  const hasWholeBatch = (): boolean => ready.rows > 0 || queue.rows >= batchRows || queue.bytes >= batchBytes;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let closed = false;

  const keep = async (batch: PredictionBatch): Promise<void> => {
    const kept = await spool.put(batch.first, batch.data).catch((error: unknown) => {
      log.error({ err: error }, 'predictions cannot be written to disk');
      return false;
    });
    counted(kept ? 'spooled' : 'dropped', batch.rows);
  };
  const write = async (batch: PredictionBatch): Promise<void> => {
    try {
      await copy(batch);
      counted('written', batch.rows);
    } catch (error) {
      away = true;
      log.warn({ err: error, rows: batch.rows }, 'predictions go to disk: the database is away');
      await keep(batch);
    }
  };
  const next = (): PredictionBatch => ready.take() ?? queue.take();
  /** All that waits, and then what came meanwhile as long as it makes whole batches. */
  const writeAll = async (): Promise<void> => {
    do {
      const isCrowded = waitingRows() > maxRows / 2 || waitingBytes() > maxBytes / 2;
      await (away || isCrowded ? keep(next()) : write(next()));
      if (spool.files > 0 && !closed) catchUp.begin();
    } while (hasWholeBatch() || (closed && waitingRows() > 0));
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing ??= writeAll()
      .catch((error: unknown) => log.error({ err: error }, 'predictions cannot be logged'))
      .finally(() => {
        writing = undefined;
        linger();
      });
    return writing;
  };
  /** Rows wait for company: a transaction for each handful would cost more than answering them. */
  const linger = (): void => {
    if (writing !== undefined || waitingRows() === 0) return;
    if (hasWholeBatch()) void flush();
    else timer ??= setTimeout(flush, lingerMs);
  };

  /** Whether so much more may wait; its rows are counted as dropped where not. */
  const admits = (rows: number, bytes: number): boolean => {
    const hasRoom = !closed && waitingRows() + rows <= maxRows && waitingBytes() + bytes <= maxBytes;
    if (!hasRoom) counted('dropped', rows);
    return hasRoom;
  };

  if (spool.files > 0) catchUp.begin();
  return {
    add(entry) {
      if (!admits(entry.ids.length, entry.bytes)) return;
      queue.push(entry);
      linger();
    },
    addBatch(batch) {
      if (!admits(batch.rows, batch.data.byteLength)) return;
      ready.push(batch);
      linger();
    },
    get state() {
      return {
        ...{ queuedRows: waitingRows(), queuedBytes: waitingBytes() },
        ...{ spooledBatches: spool.files, spooledBytes: spool.bytes },
      };
    },
    async close() {
      closed = true;
      while (waitingRows() > 0 || writing !== undefined) await flush();
      await catchUp.close();
    },
  };
}
