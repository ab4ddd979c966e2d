import { setImmediate } from 'node:timers/promises';
import { RelevoError } from '../../contracts/errors.ts';
import type { Frame, Series } from '../../contracts/frame.ts';
import type { SplitSpec } from '../../contracts/pipeline.ts';
import type { Split } from '../../contracts/refs.ts';
import { runInPool } from '../pool.ts';
import { type DivideTask, divideRows, type Sides } from './divide.ts';

/** Fewest rows of a side: below it no metric is defined. */
const minimumRows = 2;
/** Up to here dividing takes less than a thread's start. */
const rowsAtOnce = 10_000;
const stretchRows = 50_000;

/**
 * Divides rows into train, validation and test, by row id, ascending on each side. Shares are of the rows
 * that may be tested, rounded to whole rows; where groups stay together, as near as they come. Rows with `_trainOnly`
 * go to train only; in a split by time, those from the first validation row on, and rows without a time, go to no
 * side, nor do those whose group is tested or validates. Many rows are divided on another thread.
 * @throws RelevoError DATASET_TOO_SMALL where a side would have fewer than two rows; PIPELINE_INVALID where the
 * shares leave nothing to train on or the column cannot serve; CANCELLED when `signal` fires.
 */
export async function makeSplit(
  spec: SplitSpec,
  seed: number,
  frame: Frame,
  signal?: AbortSignal,
): Promise<Split> {
  if (spec.test + spec.validation >= 1)
    throw new RelevoError('PIPELINE_INVALID', 'The test and validation shares leave no rows to train on', {
      field: 'split',
      value: spec.test + spec.validation,
      expected: 'test + validation below 1',
    });
  const flags = frame.columns._trainOnly;
  const rows = {
    rowIds: frame.rowIds,
    by: columnOf(spec, frame),
    trainOnly: flags?.kind === 'number' ? flags.values : undefined,
  };
  const task: DivideTask = { spec, seed, rows };
  const sides = frame.rows <= rowsAtOnce ? divideRows(task) : await divideElsewhere(task, signal);
  for (const [side, ids] of Object.entries(sides)) demandRows(side, ids.length, frame.rows);
  return {
    train: await toList(sides.train),
    validation: await toList(sides.validation),
    test: await toList(sides.test),
  };
}

/** A plain array, in stretches of about a millisecond of the event loop. */
async function toList(ids: Float64Array): Promise<number[]> {
  const list: number[] = [];
  for (let start = 0; start < ids.length; start += stretchRows) {
    if (start > 0) await setImmediate();
    for (let i = start; i < Math.min(ids.length, start + stretchRows); i++) list.push(ids[i]);
  }
  return list;
}

const divideElsewhere = (task: DivideTask, signal?: AbortSignal): Promise<Sides> =>
  runInPool<DivideTask, Sides>(new URL('./split.worker.ts', import.meta.url), task, signal);

function columnOf(spec: SplitSpec, frame: Frame): Series | undefined {
  if (spec.kind === 'random') return undefined;
  if (!Object.hasOwn(frame.columns, spec.by))
    throw columnUnusable(spec.by, `one of ${Object.keys(frame.columns).join(', ')}`);
  const column = frame.columns[spec.by];
  if (spec.kind === 'time' && column.kind !== 'number')
    throw columnUnusable(spec.by, 'a column of times or numbers');
  return column;
}

const columnUnusable = (name: string, expected: string): RelevoError =>
  new RelevoError('PIPELINE_INVALID', `The split cannot use the column "${name}": it needs ${expected}`, {
    field: 'split.by',
    value: name,
    expected,
  });

function demandRows(side: string, rows: number, total: number): void {
  if (rows >= minimumRows) return;
  throw new RelevoError(
    'DATASET_TOO_SMALL',
    `The ${side} side of the split would have ${rows} of ${total} rows`,
    {
      field: side,
      value: rows,
      expected: `at least ${minimumRows} rows`,
      remedy: 'Ingest more rows or change the shares of the split.',
    },
  );
}
