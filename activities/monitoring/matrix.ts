import type { Frame } from '../../contracts/frame.ts';
import type { Matrix } from '../../data/drift/multivariate/index.ts';

/** Categories with more values than this would make more columns than rows. */
const mostValues = 20;

/**
 * Rows of the named columns as numbers, a category as one column of 0 and 1 for each of its values (those with more
 * than 20 are left out). @param only places of the rows; all where absent.
 */
export function matrixOf(names: string[], { columns, rows: all }: Frame, only?: number[]): Matrix {
  const rows = only?.length ?? all;
  const place = (row: number): number => only?.[row] ?? row;
  const readers = names.flatMap((name): ((at: number) => number)[] => {
    const series = columns[name];
    if (series === undefined) return [];
    if (series.kind === 'number') return [(at) => series.values[at]];
    if (series.dictionary.length > mostValues) return [];
    return series.dictionary.map((_, code) => (at) => Number(series.codes[at] === code));
  });
  const values = new Float64Array(rows * readers.length);
  for (let row = 0; row < rows; row++)
    for (const [column, read] of readers.entries()) values[row * readers.length + column] = read(place(row));
  return { rows, width: readers.length, values };
}
