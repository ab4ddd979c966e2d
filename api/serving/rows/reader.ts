import { foldCategory, mayLack, rangeOf, storedValues } from '../../../contracts/cells.ts';
import type { Column } from '../../../contracts/columns.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import { type ServingPolicy, servingPolicyOf } from '../../../contracts/serving.ts';
import { type InputColumns, inputLayout } from './columns.ts';

/**
 * Reads a JSON row into the columns of a batch at a position. True where the row is good; where it is not,
 * what was written at that position is void.
 */
export type RowReader = (row: unknown, columns: InputColumns, position: number) => boolean;

/** Counts a cell: 1 where the row had its key, 0 where it lacked an optional one, -1 where the cell is wrong. */
type CellReader = (row: Record<string, unknown>, columns: InputColumns, position: number) => 1 | 0 | -1;

type CompileReader = (name: string, column: Column, index: number, policy: ServingPolicy) => CellReader;

const numberReader: CompileReader = (name, column, index, policy) => {
  const { min, max } = rangeOf(column);
  const optional = mayLack(column, policy);
  return (row, columns, position) => {
    const value = row[name];
    if (typeof value === 'number') {
      columns.numbers[index][position] = value;
      return value >= min && value <= max ? 1 : -1;
    }
    if (!optional || (value !== undefined && value !== null)) return -1;
    columns.numbers[index][position] = Number.NaN;
    return value === null ? 1 : 0;
  };
};

const textReader: CompileReader = (name, column, index, policy) => {
  const stored = column.kind === 'category' ? storedValues(column.values) : undefined;
  const optional = mayLack(column, policy);
  const unseen = column.kind === 'category' && policy.unseen !== 'refuse' ? '' : undefined;
  return (row, columns, position) => {
    const value = row[name];
    if (typeof value === 'string') {
      const read =
        stored === undefined ? value : (stored.get(value) ?? stored.get(foldCategory(value)) ?? unseen);
      if (value === '' || read === undefined) return -1;
      columns.texts[index][position] = read;
      return 1;
    }
    if (!optional || (value !== undefined && value !== null)) return -1;
    columns.texts[index][position] = '';
    return value === null ? 1 : 0;
  };
};

const isRow = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Compiles a pipeline's input columns into a reader of rows: kinds, ranges and allowed values as the spec has
 * them, cells NaN or '' where they may be missing (or unseen) and are, and nothing beside what the model reads.
 */
export function compileRowReader(spec: PipelineSpec): RowReader {
  const layout = inputLayout(spec);
  const policy = servingPolicyOf(spec);
  const readers = [
    ...layout.numbers.map((name, index) => numberReader(name, spec.columns[name], index, policy)),
    ...layout.texts.map((name, index) => textReader(name, spec.columns[name], index, policy)),
  ];
  return (row, columns, position) => {
    if (!isRow(row)) return false;
    let unexplainedKeys = 0;
    for (const read of readers) {
      const found = read(row, columns, position);
      if (found < 0) return false;
      unexplainedKeys -= found;
    }
    for (const _ in row) unexplainedKeys++;
    return unexplainedKeys === 0;
  };
}
