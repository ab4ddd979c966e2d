import { RelevoError } from '../../../contracts/errors.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import { didYouMean } from '../../http/did-you-mean.ts';
import { sentColumns } from '../pipelines/view.ts';
import type { Cell } from './datatypes.ts';
import type { InputTensor } from './request.ts';

type Row = Record<string, Cell>;

/**
 * Makes rows of tensors: one `[n]` or `[n, 1]` per column, or a single `[n, k]` with all columns of a pipeline
 * that reads numbers alone, in their order.
 * @throws RelevoError REQUEST_INVALID where the tensors are not the pipeline's columns.
 */
export function rowsOf(spec: PipelineSpec, inputs: readonly InputTensor[]): Row[] {
  const columns = columnsOf(spec, inputs);
  const rows: Row[] = Array.from({ length: inputs[0].rows }, () => ({}));
  for (const { name, cells, offset, width } of columns) {
    const isNumber = spec.columns[name].kind === 'number';
    for (let at = 0; at < rows.length; at++) {
      const cell = cells[at * width + offset];
      if (cell !== null && cell !== '') rows[at][name] = isNumber ? numberOf(cell) : String(cell);
    }
  }
  return rows;
}

/** A text stays one, for the row's check to refuse it. */
const numberOf = (cell: Cell): Cell => (typeof cell === 'boolean' ? Number(cell) : cell);

interface ColumnOf {
  name: string;
  cells: readonly Cell[];
  /** Place of the column in each row of the tensor, which is `width` wide. */
  offset: number;
  width: number;
}

function columnsOf(spec: PipelineSpec, inputs: readonly InputTensor[]): ColumnOf[] {
  const known = sentColumns(spec);
  const [only] = inputs;
  const isMatrix =
    inputs.length === 1 && only.width === known.length && !(known.length > 1 && only.width === 1);
  if (isMatrix && !known.includes(only.name)) {
    checkNumbers(spec, only, known);
    return known.map((name, offset) => ({ name, cells: only.cells, offset, width: only.width }));
  }
  const seen = new Set<string>();
  return inputs.map(({ name, rows, width, cells }) => {
    if (!known.includes(name)) throw unknown(name, known);
    if (seen.has(name)) throw wrong(name, 'given twice', 'each input once');
    if (rows !== only.rows)
      throw wrong(name, `${rows} rows`, `${only.rows} rows, as the input "${only.name}" has`);
    if (width !== 1) throw wrong(name, `${width} columns`, '[n] or [n, 1]');
    seen.add(name);
    return { name, cells, offset: 0, width };
  });
}

function checkNumbers(spec: PipelineSpec, { name }: InputTensor, known: readonly string[]): void {
  const other = known.find((column) => spec.columns[column].kind !== 'number');
  if (other !== undefined)
    throw wrong(name, `one tensor for all columns`, `one tensor per column, since "${other}" is no number`);
}

const wrong = (name: string, what: string, expected: string): RelevoError =>
  new RelevoError('REQUEST_UNPROCESSABLE', `The input "${name}" is ${what}; expected ${expected}.`, {
    field: name,
    value: what,
    expected,
  });

const unknown = (name: string, known: readonly string[]): RelevoError =>
  new RelevoError('REQUEST_UNPROCESSABLE', `The model has no input "${name}"${didYouMean(name, known)}.`, {
    field: 'inputs',
    value: name,
    expected: known.join(', '),
  });
