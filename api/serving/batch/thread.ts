import { Worker } from 'node:worker_threads';
import { compiledFlags } from '../../../compiled/compile.ts';
import { compiledEntry } from '../../../compiled/entry.ts';
import type { Columns } from '../../../inference/columns.ts';
import type { PredictionBatch } from '../../../registry/types.ts';
import { receivedError } from '../../../threads/sent-error.ts';
import type { Answers } from '../answers.ts';
import type { BodyTask, ColumnsTask, Said, Task, ThreadData } from './protocol.ts';

/** An answered body: its JSON, and how many rows it answers. */
export interface AnsweredBody {
  json: Uint8Array;
  rows: number;
}
export type BodyRequest = Omit<BodyTask, 'kind' | 'id'>;

/** A model open a second time, on a thread of its own, for rows that would hold the event loop. */
export interface BatchThread {
  /** Whether it would answer at once; begins to open it where it would not. */
  warm(): boolean;
  /** Answers in the order of asking. @throws Error where the model cannot be opened there, or not answer. */
  ask(columns: Columns, rows: number): Promise<Answers>;
  /**
   * Answers a request from its bytes to those of the answer.
   * @param logged hears what is to be logged, once the answer is there.
   * @throws RelevoError as `predict` does; Error as `ask` does.
   */
  answer(request: BodyRequest, logged: (batch: PredictionBatch) => void): Promise<AnsweredBody>;
  /** Ends the thread once what was asked is answered. */
  close(): void;
}

interface Waiting {
  heard(said: Said): void;
  failed(error: Error): void;
}

/** A thread that nobody asked for so long ends; the next batch starts another. */
const idleMs = 60_000;

const entry = new URL('./batch.worker.ts', import.meta.url);

/** The thread starts with the first batch: most servers never see one. */
export function createBatchThread(data: ThreadData): BatchThread {
  const waiting = new Map<number, Waiting>();
  let worker: Promise<Worker> | undefined;
  let isOpen = false;
  let isTold = false;
  let idle: NodeJS.Timeout | undefined;
  let lastId = 0;

  /** The thread gets what it is told in the order of telling, also while it starts. */
  const tell = (task: Task): void => void worker?.then((thread) => thread.postMessage(task)).catch(fail);
  const end = (): void => {
    clearTimeout(idle);
    tell({ kind: 'end' });
    worker = undefined;
    isOpen = false;
  };
  const fail = (error: Error): void => {
    worker = undefined;
    isOpen = false;
    // What was asked is answered elsewhere, only slower: nobody would ever know.
    if (!isTold) process.emitWarning(`A thread for batches failed: ${error.message}`);
    isTold = true;
    for (const { failed } of waiting.values()) failed(error);
    waiting.clear();
  };
  const hear = (said: Said): void => {
    const asked = waiting.get(said.id);
    if (said.isLast) waiting.delete(said.id);
    if (said.kind === 'failed') asked?.failed(receivedError(said.error));
    else asked?.heard(said);
    if (waiting.size === 0) idle = setTimeout(end, idleMs).unref();
  };
  const start = (): Promise<Worker> => {
    const starting = startThread(data, {
      opened: () => {
        isOpen = worker === starting;
      },
      hear,
      fail,
    });
    starting.catch(fail);
    return starting;
  };
  const send = (task: ColumnsTask | BodyTask, asked: Waiting): void => {
    clearTimeout(idle);
    worker ??= start();
    waiting.set(task.id, asked);
    tell(task);
  };

  return {
    warm() {
      worker ??= start();
      return isOpen;
    },
    ask: (columns, rows) =>
      new Promise((resolve, failed) => {
        const heard = (said: Said): void => {
          if (said.kind !== 'columns') return;
          const { prediction, width, label: labels, interval } = said.answered;
          resolve({ values: prediction, width, labels, interval });
        };
        send({ kind: 'columns', id: ++lastId, columns, rows }, { heard, failed });
      }),
    answer: (request, logged) =>
      new Promise((resolve, failed) => {
        const heard = (said: Said): void => {
          if (said.kind === 'json') resolve({ json: said.json, rows: said.rows });
          if (said.kind === 'logged') logged(received(said.batch));
        };
        send({ kind: 'body', id: ++lastId, ...request }, { heard, failed });
      }),
    close: end,
  };
}

/** A Buffer arrives as the plain array of bytes that it is. */
const received = ({ data, ...rest }: PredictionBatch): PredictionBatch => ({
  data: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  ...rest,
});

interface Listener {
  opened(): void;
  hear(said: Said): void;
  fail(error: Error): void;
}

async function startThread(workerData: ThreadData, { opened, hear, fail }: Listener): Promise<Worker> {
  const thread = new Worker(await compiledEntry(entry), { execArgv: compiledFlags, workerData });
  thread.unref();
  thread.on('message', (said: Said | 'open') => (said === 'open' ? opened() : hear(said)));
  thread.on('error', fail);
  return thread;
}
