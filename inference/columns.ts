import { type OnnxValue, Tensor } from 'onnxruntime-node';

export interface ModelInput {
  name: string;
  kind: 'number' | 'text';
}
/** Values per input: a missing number is NaN, a missing text ''. */
export type Columns = Record<string, Float64Array | string[]>;

/** Some rows of a caller's columns. */
export interface Rows {
  columns: Columns;
  start: number;
  end: number;
}

/**
 * Rows of one native call come in multiples of this many, filled up with missing values: sine, logarithm and their
 * kin round the last digit differently inside and outside of a vector register, so a row alone would otherwise
 * get another answer than the same row among others.
 */
const vectorRows = 8;

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

/** The tensors of one native call over the rows of several callers, one after another. */
export function toFeeds(inputs: ModelInput[], parts: Rows[]): Record<string, OnnxValue> {
  const rows = parts.reduce((sum, { start, end }) => sum + end - start, 0);
  const padded = Math.ceil(rows / vectorRows) * vectorRows;
  const feeds: Record<string, OnnxValue> = {};
  for (const { name, kind } of inputs) {
    feeds[name] =
      kind === 'text'
        ? new Tensor('string', joinTexts(name, parts, padded), [padded, 1])
        : new Tensor('float64', joinNumbers(name, parts, padded), [padded, 1]);
  }
  return feeds;
}

function joinNumbers(name: string, parts: Rows[], length: number): Float64Array {
  const joined = new Float64Array(length);
  let offset = 0;
  for (const { columns, start, end } of parts) {
    joined.set((columns[name] as Float64Array).subarray(start, end), offset);
    offset += end - start;
  }
  return joined.fill(Number.NaN, offset);
}

function joinTexts(name: string, parts: Rows[], length: number): string[] {
  const joined = new Array<string>(length);
  let offset = 0;
  for (const { columns, start, end } of parts) {
    const column = columns[name] as string[];
    for (let row = start; row < end; row++) joined[offset++] = column[row];
  }
  return joined.fill('', offset);
}
