import { RelevoError } from '../../contracts/errors.ts';
import type { Frame } from '../../contracts/frame.ts';
import { runInPool } from '../pool.ts';
import { type Division, type DivisionTask, divideRows, leastNew } from './division.ts';

/** Up to here dividing takes less than a thread's start. */
const rowsAtOnce = 10_000;

/**
 * Divides rows by their arrival (ascending row id), so that the newest that the model has not learned are tested and
 * those before them validate. Rows without a label are on no side, those with `_trainOnly` are neither tested nor
 * validate, and what is older than all that the model has learned does not count as new. Many rows are divided on
 * another thread.
 * @param about.learned ids of rows that the model has learned.
 * @param about.classes of a classification; empty for a regression.
 * @param about.sinceRowId from where on the data is known to be another: the sides then hold shares of what came since.
 * @throws RelevoError RETRAIN_IMPOSSIBLE where fewer than 100 new labelled rows are there; CANCELLED.
 */
export async function divideByArrival(
  frame: Frame,
  about: Omit<DivisionTask, 'frame'>,
  signal?: AbortSignal,
): Promise<Division> {
  const { target } = about;
  const columns = Object.fromEntries(
    [target, '_trainOnly'].flatMap((name) => (name in frame.columns ? [[name, frame.columns[name]]] : [])),
  );
  const task: DivisionTask = { ...about, frame: { ...frame, columns } };
  const divided = frame.rows <= rowsAtOnce ? divideRows(task) : await divideElsewhere(task, signal);
  if ('train' in divided) return divided;
  throw new RelevoError(
    'RETRAIN_IMPOSSIBLE',
    `${divided.newRows} labelled rows are new to the champion: too few to learn from and to be judged on`,
    {
      field: 'rows',
      value: divided.newRows,
      expected: `at least ${leastNew} rows that the champion has not learned`,
      remedy: 'Ingest more rows first.',
    },
  );
}

const divideElsewhere = (task: DivisionTask, signal?: AbortSignal) =>
  runInPool<DivisionTask, ReturnType<typeof divideRows>>(
    new URL('./divide.worker.ts', import.meta.url),
    task,
    signal,
  );
