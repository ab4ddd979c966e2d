import { type OnnxValue, Tensor } from 'onnxruntime-node';

export interface ModelInput {
  name: string;
  kind: 'number' | 'text';
}
/** Values per input: a missing number is NaN, a missing text ''. */
export type Columns = Record<string, Float64Array | string[]>;

/**
 * Rows of one native run come in multiples of this many, filled up with missing values, where the model does not say that
 * its rows are independent: sine, logarithm and their kin round the last digit differently inside and outside of a
 * vector register, so a row alone would otherwise get another answer than the same row among others.
 */
export const vectorRows = 8;

/** @throws RangeError where a column is absent, of the other kind, not `rows` long, or holds a text that is none. */
export function checkColumns(inputs: ModelInput[], columns: Columns, rows: number): void {
  for (const { name, kind } of inputs) {
    const column = columns[name];
    const fits =
      kind === 'text'
        ? Array.isArray(column) && column.every((value) => typeof value === 'string')
        : column instanceof Float64Array;
    if (!fits || column.length !== rows)
      throw new RangeError(`the model needs the ${kind} column "${name}" with ${rows} rows`);
  }
}

/** The tensors of one native run over the rows from `start` up to `end`, filled up to a multiple of `inRowsOf`. */
export function toFeeds(
  inputs: ModelInput[],
  columns: Columns,
  start: number,
  end: number,
  inRowsOf: number,
): Record<string, OnnxValue> {
  const filled = Math.ceil((end - start) / inRowsOf) * inRowsOf;
  const feeds: Record<string, OnnxValue> = {};
  for (const { name } of inputs) {
    const column = columns[name];
    feeds[name] = Array.isArray(column)
      ? new Tensor('string', fillTexts(column, start, end, filled), [filled, 1])
      : new Tensor('float64', fillNumbers(column, start, end, filled), [filled, 1]);
  }
  return feeds;
}

function fillNumbers(column: Float64Array, start: number, end: number, length: number): Float64Array {
  if (end - start === length) return column.subarray(start, end);
  const filled = new Float64Array(length).fill(Number.NaN);
  filled.set(column.subarray(start, end));
  return filled;
}

function fillTexts(column: string[], start: number, end: number, length: number): string[] {
  if (start === 0 && end === length && column.length === length) return column;
  const filled = column.slice(start, end);
  while (filled.length < length) filled.push('');
  return filled;
}
