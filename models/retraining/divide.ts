import { RelevoError } from '../../contracts/errors.ts';
import type { Frame } from '../../contracts/frame.ts';
import { runInPool } from '../pool.ts';
import { type DivisionTask, divideRows } from './division.ts';
import { type Division, type Lack, leastNew, leastOf } from './sides.ts';

/** Up to here dividing takes less than a thread's start. */
const rowsAtOnce = 10_000;

/**
 * Divides rows by their arrival (ascending row id), so that the newest that the model has not learned are tested and
 * those before them validate. Rows without a label are on no side, those with `_trainOnly` are neither tested nor
 * validate, and what is older than all that the model has learned does not count as new. Where rows belong together in
 * groups, those are kept on one side, by `divideGroups`. Many rows are divided on another thread.
 * @param about.learned ids of rows that the model has learned.
 * @param about.classes of a classification; empty for a regression.
 * @param about.change from where on the data is known to be another: the sides then hold shares of what came since.
 * @throws RelevoError RETRAIN_IMPOSSIBLE where fewer than 100 new labelled rows are there, or too few of groups that the
 * model has not learned; CANCELLED.
 */
export async function divideByArrival(
  frame: Frame,
  about: Omit<DivisionTask, 'frame'>,
  signal?: AbortSignal,
): Promise<Division> {
  const { target, groups } = about;
  const read = [target, '_trainOnly', ...(groups ? [groups.by] : [])];
  const columns = Object.fromEntries(
    read.flatMap((name) => (name in frame.columns ? [[name, frame.columns[name]]] : [])),
  );
  const task: DivisionTask = { ...about, frame: { ...frame, columns } };
  const divided = frame.rows <= rowsAtOnce ? divideRows(task) : await divideElsewhere(task, signal);
  if ('train' in divided) return divided;
  throw divided.lacks === 'rows' || !groups
    ? tooFewNew(divided.rows)
    : tooFewGroups(groups.by, divided.lacks, divided.rows);
}

const divideElsewhere = (task: DivisionTask, signal?: AbortSignal) =>
  runInPool<DivisionTask, Division | Lack>(new URL('./divide.worker.ts', import.meta.url), task, signal);

const tooFewNew = (rows: number): RelevoError =>
  new RelevoError(
    'RETRAIN_IMPOSSIBLE',
    `${rows} labelled rows are new to the champion: too few to learn from and to be judged on`,
    {
      field: 'rows',
      value: rows,
      expected: `at least ${leastNew} rows that the champion has not learned`,
      remedy: 'Ingest more rows first.',
    },
  );

const tooFewGroups = (by: string, side: 'test' | 'validation', rows: number): RelevoError =>
  new RelevoError(
    'RETRAIN_IMPOSSIBLE',
    `Groups by "${by}" that the champion was not fitted on have ${rows} rows for the ${side} side: too few to be judged on`,
    {
      field: 'split.by',
      value: by,
      expected: `at least ${leastOf(side)} rows of groups that the champion was not fitted on`,
      remedy: 'Train from the start, which divides the groups anew, or ingest rows of further groups.',
    },
  );
