import { measureColumn } from './column.ts';
import type { ColumnMeasure, MeasureOptions } from './measure.ts';
import { prepare } from './prepare.ts';
import { giveBack } from './scratch.ts';
import type { ColumnPair, PreparedReference, Values } from './types.ts';

export type ColumnTask = { pair: ColumnPair; options: MeasureOptions } | { prepare: Values };

/** Entry of a pool thread: compares one column, or sorts a reference for later comparisons. */
export default function run(task: ColumnTask): ColumnMeasure | PreparedReference {
  if ('pair' in task) return measureColumn(task.pair, task.options);
  giveBack();
  const reference = prepare(task.prepare);
  return reference.prepared === 'number' ? { ...reference, sorted: reference.sorted.slice() } : reference;
}
