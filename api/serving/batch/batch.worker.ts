import { availableParallelism } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openModel } from '../../../inference/session.ts';
import { sentError } from '../../../threads/sent-error.ts';
import { createIdMaker } from '../ids.ts';
import { serveModel } from '../served-model.ts';
import { createBodyAnswering } from './body-answers.ts';
import type { ColumnsTask, Said, Task, ThreadData } from './protocol.ts';
import { sharedWith } from './shared.ts';
import { createBatchThread } from './thread.ts';

/** Runs on a thread of its own: answers whole batches of one model, one after the other. */

/** Trees are walked fastest by a thousand rows at a time: each tree is then in the cache for all of them. */
const runRows = 2_048;

const data = workerData as ThreadData;
const alone = await openModel(data.onnx, { runRows });
const model =
  data.helps || availableParallelism() < 2
    ? alone
    : sharedWith(createBatchThread({ ...data, helps: true }), alone);
const say = (said: Said): void => parentPort?.postMessage(said);
const answerBody = createBodyAnswering({
  model: serveModel(data.version, model),
  newId: createIdMaker(),
  say,
});

async function answerColumns({ id, columns, rows }: ColumnsTask): Promise<void> {
  say({ id, isLast: true, kind: 'columns', answered: await model.answer(columns, rows) });
}

async function perform(task: Task): Promise<void> {
  if (task.kind === 'end') {
    await model.release();
    parentPort?.close();
    return;
  }
  const answering = task.kind === 'columns' ? answerColumns(task) : answerBody(task);
  await answering.catch((error: unknown) =>
    say({ id: task.id, isLast: true, kind: 'failed', error: sentError(error) }),
  );
}

let last = Promise.resolve();
parentPort?.on('message', (task: Task) => {
  last = last.then(() => perform(task));
});
parentPort?.postMessage('open');
