import { setImmediate } from 'node:timers/promises';
import { RelevoError } from '../../contracts/errors.ts';
import type { Task } from '../../contracts/estimator.ts';
import type { Matrix } from '../../contracts/frame.ts';
import type { OnnxGraph, TensorName } from '../../contracts/onnx.ts';

/** What a step may learn from beside the features. */
export interface StepContext {
  /** One per row: what the estimator learns. */
  target: Float64Array;
  task: Task;
  seed: number;
}

/** A change of the features that is learnt from training rows. One file in `models/features/`, one line in its index. */
export interface FeatureStep<Spec, State> {
  /**
   * Learns from training rows.
   * @returns a JSON-safe state; `features` where the estimator must train on others than `apply` gives.
   * @throws RelevoError PIPELINE_INVALID where the step cannot serve these columns.
   */
  fit(spec: Spec, train: Matrix, context: StepContext): Promise<{ state: State; features?: Matrix }>;
  /** A new matrix; `features` stays as it is. */
  apply(state: State, features: Matrix): Promise<Matrix>;
  /** Adds the nodes that do to `features` (double, `[N, F]`) what `apply` does. */
  addToGraph(state: State, graph: OnnxGraph, features: TensorName): TensorName;
}

/** Cells changed before other work of the event loop gets its turn: about a millisecond. */
const stretchCells = 262_144;

/** A new matrix of the same columns whose cells are `change(cell, column)`. */
export async function mapCells(
  { rows, names, data }: Matrix,
  change: (value: number, column: number) => number,
): Promise<Matrix> {
  const changed = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) {
    if (i > 0 && i % stretchCells === 0) await setImmediate();
    changed[i] = change(data[i], i % names.length);
  }
  return { rows, names, data: changed };
}

/** A new matrix of the columns at the given positions, in that order, and of `added` ones that `fill` writes. */
export async function rearrange(
  source: Matrix,
  kept: ArrayLike<number>,
  added: string[],
  fill: (row: number, from: number, to: number, out: Float64Array) => void,
): Promise<Matrix> {
  const [width, newWidth] = [source.names.length, kept.length + added.length];
  const names = [...Array.from(kept, (column) => source.names[column]), ...added];
  const data = new Float64Array(source.rows * newWidth);
  const stretchRows = Math.max(1, Math.floor(stretchCells / Math.max(width, newWidth)));
  for (let row = 0; row < source.rows; row++) {
    if (row > 0 && row % stretchRows === 0) await setImmediate();
    const [from, to] = [row * width, row * newWidth];
    for (let i = 0; i < kept.length; i++) data[to + i] = source.data[from + kept[i]];
    fill(row, from, to + kept.length, data);
  }
  return { rows: source.rows, names, data };
}

/** The columns at the given positions in memory that threads share, so that handing them over copies nothing. */
export async function sharedColumns({ rows, names, data }: Matrix, at: number[]): Promise<Matrix> {
  const buffer = new SharedArrayBuffer(rows * at.length * Float64Array.BYTES_PER_ELEMENT);
  const shared = new Float64Array(buffer);
  for (let row = 0; row < rows; row++) {
    if (row > 0 && (row * at.length) % stretchCells < at.length) await setImmediate();
    for (let i = 0; i < at.length; i++) shared[row * at.length + i] = data[row * names.length + at[i]];
  }
  return { rows, names: at.map((column) => names[column]), data: shared };
}

/** One result per column, from the column's values that are not missing; other work gets its turn between columns. */
export async function mapColumns<Result>(
  matrix: Matrix,
  columns: ArrayLike<number>,
  summarise: (present: Float64Array) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let i = 0; i < columns.length; i++) {
    if (i > 0) await setImmediate();
    results.push(summarise(presentValues(matrix, columns[i])));
  }
  return results;
}

function presentValues(matrix: Matrix, column: number): Float64Array {
  const width = matrix.names.length;
  const present = new Float64Array(matrix.rows);
  let count = 0;
  for (let row = 0; row < matrix.rows; row++) {
    const value = matrix.data[row * width + column];
    if (!Number.isNaN(value)) present[count++] = value;
  }
  return present.subarray(0, count);
}

/**
 * Positions of the columns that a step is about, in the matrix's order; all where it does not say.
 * @throws RelevoError PIPELINE_INVALID naming a column that is not there.
 */
export function columnsAt(step: string, columns: string[] | undefined, { names }: Matrix): number[] {
  const unknown = columns?.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw stepFault(step, unknown, `one of ${names.join(', ')}`, `names the feature "${unknown}"`);
  return names.flatMap((name, at) => (columns === undefined || columns.includes(name) ? [at] : []));
}

/** Positions of the columns that are not among `at`. */
export const othersThan = (at: number[], { names }: Matrix): number[] => {
  const chosen = new Set(at);
  return names.map((_, column) => column).filter((column) => !chosen.has(column));
};

/** The columns at the given positions, `[N, at.length]`. */
export const gatherColumns = (graph: OnnxGraph, features: TensorName, at: number[]): TensorName =>
  graph.node('Gather', [features, graph.constant('int64', at, [at.length])], { axis: { int: 1 } })[0];

/** Tables side by side. */
export const besides = (graph: OnnxGraph, tables: TensorName[]): TensorName =>
  tables.length === 1 ? tables[0] : graph.node('Concat', tables, { axis: { int: 1 } })[0];

/** The kept columns, where there are any, and what has been added. */
export const keptAndAdded = (
  graph: OnnxGraph,
  features: TensorName,
  kept: number[],
  added: TensorName[],
): TensorName =>
  besides(graph, [...(kept.length > 0 ? [gatherColumns(graph, features, kept)] : []), ...added]);

/** PIPELINE_INVALID, for a step that its columns or settings do not suit; `what` says how, such as `is given 1`. */
export const stepFault = (step: string, value: unknown, expected: string, what: string): RelevoError =>
  new RelevoError('PIPELINE_INVALID', `The step "${step}" ${what}; it needs ${expected}`, {
    field: `steps.${step}`,
    value,
    expected,
  });

/** Adding 0 turns −0, which JSON does not keep, into 0. */
export const jsonSafe = (value: number): number => value + 0;
