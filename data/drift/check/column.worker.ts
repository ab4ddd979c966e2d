import { measureColumn } from './column.ts';
import type { ColumnMeasure, MeasureOptions } from './measure.ts';
import { prepare } from './prepare.ts';
import type { ColumnPair, PreparedReference, Values } from './types.ts';

export type ColumnTask = { pair: ColumnPair; options: MeasureOptions } | { prepare: Values };

/** Entry of a pool thread: compares one column, or sorts a reference for later comparisons. */
export default (task: ColumnTask): ColumnMeasure | PreparedReference =>
  'prepare' in task ? prepare(task.prepare) : measureColumn(task.pair, task.options);
