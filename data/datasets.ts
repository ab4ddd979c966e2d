import { setImmediate as breathe } from 'node:timers/promises';
import type { Column } from '../contracts/columns.ts';
import { RelevoError } from '../contracts/errors.ts';
import { type Frame, type Series, selectRows } from '../contracts/frame.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { openDuckDb, pathList, quoteName, quoteText, type SqlValue } from './duckdb.ts';

/** Stable id of a row within its dataset. */
export const rowIdColumn = '_row_id';
/** True where the target was repaired, or an input was computed from it: no honest test row. */
export const trainOnlyColumn = '_trainOnly';

export interface ReadFrameOptions {
  /** Names of the columns to read; every column of the pipeline where absent. */
  columns?: string[];
  /** Ids of the rows to read, in the order they are wanted; all rows by rising id where absent. */
  rowIds?: ArrayLike<number>;
}

/**
 * Rows of a dataset version as columns in memory. Numbers are as stored (missing: NaN), timestamps epoch seconds,
 * categories codes into the pipeline's allowed values, `_trainOnly` 0 or 1.
 * @throws RelevoError DATASET_NOT_FOUND where a row id is not in the parts.
 */
export async function readFrame(
  partPaths: string[],
  spec: PipelineSpec,
  options: ReadFrameOptions = {},
): Promise<Frame> {
  const names = options.columns ?? readableColumns(spec);
  const wanted = names.filter((name) => name !== trainOnlyColumn);
  if (partPaths.length === 0) return emptyFrame(wanted, spec);
  const select = [
    `${rowIdColumn}::DOUBLE`,
    `${quoteName(trainOnlyColumn)}::INTEGER::DOUBLE`,
    ...wanted.map((name) => readSql(name, columnOf(spec, name))),
  ];
  const from = `read_parquet(${pathList(partPaths)})`;
  const db = await openDuckDb({ memoryLimitMb: 1024 });
  try {
    const rows = await db.count(`SELECT count(*) FROM ${from}`);
    const values = select.map(() => new Float64Array(rows));
    let at = 0;
    for await (const chunk of db.columns(
      `SELECT ${select.join(', ')} FROM ${from} ORDER BY ${rowIdColumn}`,
    )) {
      for (const [k, column] of chunk.entries()) fill(values[k], column, at);
      at += chunk[0].length;
    }
    const frame = toFrame(values, wanted, spec);
    return options.rowIds ? await pickRows(frame, options.rowIds) : frame;
  } finally {
    db.close();
  }
}

/** Columns of a pipeline that are stored, in the pipeline's order. */
export const readableColumns = (spec: Pick<PipelineSpec, 'columns'>): string[] =>
  Object.keys(spec.columns).filter((name) => spec.columns[name].kind !== 'ignored');

function columnOf(spec: PipelineSpec, name: string): Exclude<Column, { kind: 'ignored' }> {
  const column = spec.columns[name];
  if (column && column.kind !== 'ignored') return column;
  throw new RelevoError('PIPELINE_INVALID', `The pipeline "${spec.name}" stores no column "${name}"`, {
    field: name,
    expected: readableColumns(spec).join(', '),
  });
}

function readSql(name: string, column: Column): string {
  const cell = quoteName(name);
  if (column.kind === 'timestamp') return `coalesce(epoch(${cell}), 'nan'::DOUBLE)`;
  if (column.kind !== 'category') return `coalesce(${cell}, 'nan'::DOUBLE)`;
  const values = `[${column.values.map(quoteText).join(', ')}]`;
  return `coalesce(list_position(${values}, ${cell}), 0)::DOUBLE - 1`;
}

function fill(target: Float64Array, column: SqlValue[], at: number): void {
  for (let i = 0; i < column.length; i++) target[at + i] = Number(column[i]);
}

function toFrame([rowIds, trainOnly, ...values]: Float64Array[], names: string[], spec: PipelineSpec): Frame {
  const columns: Record<string, Series> = {};
  for (const [k, name] of names.entries()) columns[name] = toSeries(values[k], columnOf(spec, name));
  columns[trainOnlyColumn] = { kind: 'number', values: trainOnly };
  return { rows: rowIds.length, rowIds, columns };
}

const toSeries = (values: Float64Array, column: Column): Series =>
  column.kind === 'category'
    ? { kind: 'text', codes: Int32Array.from(values), dictionary: column.values }
    : { kind: 'number', values };

const emptyFrame = (names: string[], spec: PipelineSpec): Frame =>
  toFrame(
    [rowIdColumn, trainOnlyColumn, ...names].map(() => new Float64Array(0)),
    names,
    spec,
  );

const positionsPerTurn = 100_000;
/** Positions are looked up in turns, so that a large selection does not hold the event loop. */
async function pickRows(frame: Frame, rowIds: ArrayLike<number>): Promise<Frame> {
  const positions = new Float64Array(rowIds.length);
  for (let i = 0; i < rowIds.length; i++) {
    if (i % positionsPerTurn === positionsPerTurn - 1) await breathe();
    positions[i] = positionOf(frame.rowIds, rowIds[i]);
  }
  return selectRows(frame, positions);
}

function positionOf(sorted: Float64Array, id: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] === id) return middle;
    if (sorted[middle] < id) low = middle + 1;
    else high = middle - 1;
  }
  throw new RelevoError('DATASET_NOT_FOUND', `The dataset has no row ${id}`, { field: 'rowIds', value: id });
}
