import { RelevoError } from '../contracts/errors.ts';

/** What comes in time; undefined where nothing does. The work itself goes on. */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/**
 * What the database gives in time. The work itself goes on.
 * @throws RelevoError DATABASE_UNAVAILABLE where it takes longer
 */
export async function databaseWithin<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = () =>
      reject(new RelevoError('DATABASE_UNAVAILABLE', `The database took longer than ${timeoutMs} ms.`));
    // A process that waits for the database is kept by its connection.
    timer = setTimeout(fail, timeoutMs).unref();
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
