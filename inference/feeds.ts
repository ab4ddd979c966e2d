import type { Columns, ModelInput } from './columns.ts';
import { reusedRows, Tensors, type Values } from './runtime/tensors.ts';

/**
 * Rows of one native run come in multiples of this many, filled up with missing values, where the model does not say that
 * its rows are independent: sine, logarithm and their kin round the last digit differently inside and outside of a
 * vector register, so a row alone would otherwise get another answer than the same row among others.
 */
const vectorRows = 8;

/** Of as many rows each; more runs than this are seldom under way at once. */
const spareFeeds = 4;

/** The tensors of one native run. */
export interface Feeds {
  tensors: Tensors;
  /** What the tensors show, in the order of the model's inputs. */
  values: Values[];
  rows: number;
}

/**
 * Makes the tensors of native runs. Those of few rows are used again: their rows are cheap to copy, and a tensor of
 * its own for every column of every row is most of what the garbage collector would have to look at.
 * @param areIndependent whether the model's rows are
 */
export function createFeeds(inputs: readonly ModelInput[], areIndependent: boolean) {
  const inRowsOf = areIndependent ? 1 : vectorRows;
  const spare: Feeds[][] = Array.from({ length: reusedRows + 1 }, () => []);
  return {
    /** The rows from `start` up to `end`. Many rows may not be copied: leave the columns alone until their run is over. */
    take(columns: Columns, start: number, end: number): Feeds {
      const rows = Math.ceil((end - start) / inRowsOf) * inRowsOf;
      if (rows > reusedRows)
        return feedsOf(inputs, rows, (input) => stretch(columns[input.name], start, end, rows));
      const feeds =
        spare[rows].pop() ??
        feedsOf(inputs, rows, ({ kind }) =>
          kind === 'text' ? new Array<string>(rows).fill('') : new Float64Array(new ArrayBuffer(8 * rows)),
        );
      for (let input = 0; input < inputs.length; input++)
        copyRows(feeds.values[input], columns[inputs[input].name], start, end);
      return feeds;
    },
    /** Once their run is over. */
    giveBack(feeds: Feeds): void {
      if (feeds.rows <= reusedRows && spare[feeds.rows].length < spareFeeds) spare[feeds.rows].push(feeds);
      else feeds.tensors.release();
    },
    /** When nothing runs any more. */
    release(): void {
      for (const { tensors } of spare.flat()) tensors.release();
    },
  };
}

function feedsOf(
  inputs: readonly ModelInput[],
  rows: number,
  valuesOf: (input: ModelInput) => Values,
): Feeds {
  const values = inputs.map(valuesOf);
  return { tensors: new Tensors(values, rows), values, rows };
}

/** Into the first places; missing values into the others. @throws RangeError where they are not of one kind. */
function copyRows(to: Values, from: Values, start: number, end: number): void {
  if (to instanceof Float64Array && from instanceof Float64Array) fillUp(to, from, start, end, Number.NaN);
  else if (Array.isArray(to) && Array.isArray(from)) fillUp(to, from, start, end, '');
  else throw new RangeError('numbers and texts are not copied into one another');
}

function fillUp<T>(
  to: { length: number; [row: number]: T },
  from: { [row: number]: T },
  start: number,
  end: number,
  missing: T,
): void {
  for (let row = 0; row < to.length; row++) to[row] = start + row < end ? from[start + row] : missing;
}

/** The rows themselves where no missing ones are to follow. */
function stretch(column: Values, start: number, end: number, length: number): Values {
  if (!Array.isArray(column)) {
    if (end - start === length) return column.subarray(start, end);
    const filled = new Float64Array(length).fill(Number.NaN);
    filled.set(column.subarray(start, end));
    return filled;
  }
  if (start === 0 && end === length && column.length === length) return column;
  const filled = column.slice(start, end);
  while (filled.length < length) filled.push('');
  return filled;
}
