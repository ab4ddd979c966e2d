import { availableParallelism } from 'node:os';
import type { MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { RelevoError } from '../../../contracts/errors.ts';
import type { Matrix } from '../../../contracts/frame.ts';
import { joinNumbers } from '../../../inference/joined.ts';
import { receivedError } from '../../../threads/sent-error.ts';
import { compiledEntry, compiledFlags } from '../../pool.ts';
import type { GrownLight, LightTask } from './light/protocol.ts';
import type { Answer, GrownTrees, GrowTask, PredictTask } from './protocol.ts';
import { toNativeRows } from './rows.ts';

const entry = new URL('./thread.ts', import.meta.url);
let pool: Piscina | undefined;
/** Threads for libxgboost and lib_lightgbm: each makes its calls one after another, and is never stopped within one. */
function threads(): Piscina {
  pool ??= new Piscina({
    minThreads: 0,
    // Fits at once are bounded by whoever starts them; a prediction need not wait for a long fit.
    maxThreads: 2 * availableParallelism() + 2,
    idleTimeout: 30_000,
    execArgv: compiledFlags,
  });
  return pool;
}

async function run<Task, Result>(
  task: Task,
  name: string,
  transferList: (ArrayBuffer | MessagePort)[],
): Promise<Answer<Result>> {
  const { href: filename } = await compiledEntry(entry);
  return await threads().run(task, { filename, name, transferList });
}

export async function growOnThread(task: GrowTask): Promise<GrownTrees | 'stopped'> {
  const { features, target, weights } = task.train;
  const held = task.validation;
  const memory = [features, target, weights, held?.features, held?.target, held?.weights];
  const transferList = [
    task.port,
    ...memory.flatMap((values) => (values ? [values.buffer as ArrayBuffer] : [])),
  ];
  const answer = await run<GrowTask, GrownTrees>(task, 'grow', transferList);
  return answer.state === 'stopped' ? 'stopped' : unwrap(answer);
}

export async function growLightOnThread(task: LightTask): Promise<GrownLight | 'stopped'> {
  const answer = await run<LightTask, GrownLight>(task, 'growBoosters', [task.port]);
  return answer.state === 'stopped' ? 'stopped' : unwrap(answer);
}

/** Rows below which another thread takes longer to start than it saves. */
const leastRows = 16_384;

/** Predictions, row-major, by at most `count` threads: how many changes no bit of them. */
export async function predictOnThreads(
  model: Uint8Array,
  features: Matrix,
  count: number,
): Promise<Float64Array> {
  const size = Math.max(leastRows, Math.ceil(features.rows / count));
  const parts = Array.from({ length: Math.ceil(features.rows / size) }, async (_, part) =>
    predictOnThread({ model, rows: await toNativeRows(features, part * size, size) }),
  );
  return joinNumbers(await Promise.all(parts));
}

async function predictOnThread(task: PredictTask): Promise<Float64Array> {
  return unwrap(
    await run<PredictTask, Float64Array>(task, 'predict', [task.rows.features.buffer as ArrayBuffer]),
  );
}

function unwrap<T>(answer: Answer<T>): T {
  if (answer.state === 'done') return answer.value;
  if (answer.state === 'failed') throw receivedError(answer.error);
  throw new RelevoError('CANCELLED', 'The computation was stopped');
}
