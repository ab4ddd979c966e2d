import { Worker } from 'node:worker_threads';
import type { Columns } from '../../inference/columns.ts';
import type { ModelAnswer } from '../../inference/session.ts';
import { threadLoader } from '../../threads/loader.ts';
import type { Answers } from './answers.ts';
import type { BatchTask } from './batch.worker.ts';

/** A model open a second time, on a thread of its own, for rows that would hold the event loop. */
export interface BatchThread {
  /** Whether it would answer at once; begins to open it where it would not. */
  warm(): boolean;
  /** Answers in the order of asking. @throws Error where the model cannot be opened there, or not answer. */
  ask(columns: Columns, rows: number): Promise<Answers>;
  /** Ends the thread once what was asked is answered. */
  close(): void;
}

interface Waiting {
  resolve(answers: Answers): void;
  reject(error: Error): void;
}
type Said = { id: number } & ({ answered: ModelAnswer } | { failure: string });

/** A thread that nobody asked for so long ends; the next batch starts another. */
const idleMs = 60_000;

/** The thread starts with the first batch: most servers never see one. @param onnx the model's path or bytes. */
export function createBatchThread(onnx: string | Uint8Array): BatchThread {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let isOpen = false;
  let idle: NodeJS.Timeout | undefined;
  let lastId = 0;

  const end = (): void => {
    clearTimeout(idle);
    worker?.postMessage('end');
    worker = undefined;
    isOpen = false;
  };
  const fail = (error: Error): void => {
    worker = undefined;
    isOpen = false;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./batch.worker.ts', import.meta.url), {
      execArgv: ['--import', threadLoader],
      workerData: { onnx },
    });
    started.unref();
    started.on('message', (said: Said | 'open') => {
      if (said === 'open') {
        isOpen = worker === started;
        return;
      }
      const asked = waiting.get(said.id);
      waiting.delete(said.id);
      if ('failure' in said) asked?.reject(new Error(said.failure));
      else {
        const { prediction, width, label: labels, interval } = said.answered;
        asked?.resolve({ values: prediction, width, labels, interval });
      }
      if (waiting.size === 0) idle = setTimeout(end, idleMs).unref();
    });
    started.on('error', fail);
    return started;
  };

  return {
    warm() {
      worker ??= start();
      return isOpen;
    },
    ask(columns, rows) {
      clearTimeout(idle);
      worker ??= start();
      const task: BatchTask = { id: ++lastId, columns, rows };
      return new Promise((resolve, reject) => {
        waiting.set(task.id, { resolve, reject });
        worker?.postMessage(task);
      });
    },
    close: end,
  };
}
