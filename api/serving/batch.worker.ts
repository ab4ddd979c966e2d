import { parentPort, workerData } from 'node:worker_threads';
import type { Columns } from '../../inference/columns.ts';
import { openModel } from '../../inference/session.ts';

/** Runs on a thread of its own: answers whole batches of one model, one after the other. */

/** Trees are walked fastest by a thousand rows at a time: each tree is then in the cache for all of them. */
const runRows = 2_048;

export interface BatchTask {
  id: number;
  columns: Columns;
  rows: number;
}

const model = await openModel(workerData.onnx, { runRows });
parentPort?.postMessage('open');
parentPort?.on('message', (task: BatchTask | 'end') => {
  if (task === 'end') void model.release().then(() => parentPort?.close());
  else void answer(task);
});

async function answer({ id, columns, rows }: BatchTask): Promise<void> {
  try {
    const answered = await model.answer(columns, rows);
    parentPort?.postMessage({ id, answered });
  } catch (error) {
    parentPort?.postMessage({ id, failure: error instanceof Error ? error.message : String(error) });
  }
}
