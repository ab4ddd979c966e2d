import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { compiledFlags } from '../compiled/compile.ts';
import { compiledEntry } from '../compiled/entry.ts';
import { RelevoError } from '../contracts/errors.ts';

let pool: Piscina | undefined;
function threads(): Piscina {
  pool ??= new Piscina({
    minThreads: 0,
    maxThreads: Math.max(1, availableParallelism() - 1),
    idleTimeout: 10_000,
    execArgv: compiledFlags,
  });
  return pool;
}

/**
 * Runs the default export of a worker file on another thread, so that the caller's event loop stays free.
 * @param worker URL of the worker file, `new URL('./name.worker.ts', import.meta.url)`.
 * @param task structured-cloneable.
 * @throws RelevoError CANCELLED when `signal` fires; the thread is stopped at once.
 */
export async function runInPool<Task, Result>(
  worker: URL,
  task: Task,
  signal?: AbortSignal,
): Promise<Result> {
  try {
    const { href: filename } = await compiledEntry(worker);
    return await threads().run(task, { filename, signal });
  } catch (error) {
    if (signal?.aborted)
      throw new RelevoError('CANCELLED', 'The computation was cancelled', {}, { cause: error });
    throw error;
  }
}

/** Stops the threads; the next `runInPool` starts new ones. */
export async function closePool(): Promise<void> {
  const closing = pool;
  pool = undefined;
  await closing?.destroy();
}
