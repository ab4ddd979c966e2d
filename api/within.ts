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
  const given = await within(
    timeoutMs,
    work.then((value) => ({ value })),
  );
  if (given === undefined)
    throw new RelevoError('DATABASE_UNAVAILABLE', `The database took longer than ${timeoutMs} ms.`);
  return given.value;
}
