import type { Categories, ColumnPair } from '../../data/drift/check/index.ts';
import { createNormal, createRandom, draw } from '../../data/generators/random.ts';

/** A comparison to make up: rows of both sides, and how many columns of each kind. */
export interface Shape {
  reference: number;
  current: number;
  numbers: number;
  categories: number;
  /** Correlation of each number with the one before it, in the same column; 0 where absent. */
  correlation?: number;
}

const labels = ['a', 'b', 'c', 'd', 'e', 'f'];
const shares = [0.4, 0.25, 0.15, 0.1, 0.06, 0.04];

/** Columns whose two sides come from one source: standard normal numbers, and six categories. */
export function makeColumns(shape: Shape, seed: number): ColumnPair[] {
  const random = createRandom(seed);
  const normal = createNormal(random);
  const numbers = (rows: number) => seriesOf(rows, shape.correlation ?? 0, normal);
  const categories = (rows: number): Categories => ({
    codes: Int32Array.from({ length: rows }, () => draw(shares, random)),
    labels,
  });
  const columns: ColumnPair[] = [];
  for (let i = 0; i < shape.numbers; i++)
    columns.push({
      column: `number ${i}`,
      role: 'input',
      kind: 'number',
      reference: numbers(shape.reference),
      current: numbers(shape.current),
    });
  for (let i = 0; i < shape.categories; i++)
    columns.push({
      column: `category ${i}`,
      role: 'input',
      kind: 'category',
      reference: categories(shape.reference),
      current: categories(shape.current),
    });
  return columns;
}

function seriesOf(rows: number, correlation: number, normal: () => number): Float64Array {
  const step = Math.sqrt(1 - correlation ** 2);
  let value = normal();
  return Float64Array.from({ length: rows }, () => {
    const now = value;
    value = correlation * value + step * normal();
    return now;
  });
}

/** A change of the current rows of the first number and the first category column. */
export interface Change {
  name: string;
  /** What a number becomes, at its place of 0..1 in the current rows. */
  number?: (value: number, place: number) => number;
  /** Share of rows whose category becomes the last one: the total variation distance, but for those that were it. */
  moved?: number;
}

/** The same columns with a change in the current rows of the first column that it is about. */
export function withChange(columns: ColumnPair[], { number, moved }: Change, seed: number): ColumnPair[] {
  const about = columns.find(({ kind }) => kind === (number ? 'number' : 'category'));
  return columns.map((pair) =>
    pair === about ? { ...pair, current: changed(pair.current, { number, moved }, seed) } : pair,
  );
}

function changed(
  values: ColumnPair['current'],
  { number, moved = 0 }: Omit<Change, 'name'>,
  seed: number,
): ColumnPair['current'] {
  if (values instanceof Float64Array)
    return number ? values.map((value, row) => number(value, row / values.length)) : values;
  const random = createRandom(seed);
  const last = labels.length - 1;
  const chance = moved / (1 - shares[last]);
  return { ...values, codes: values.codes.map((code) => (random() < chance ? last : code)) };
}

/** The columns one after another as numbers, reference before current, as the peer's script reads them. */
export const asNumbers = (columns: readonly ColumnPair[]): Float64Array[] =>
  columns.flatMap(({ reference, current }) => [numbersOf(reference), numbersOf(current)]);

const numbersOf = (values: ColumnPair['reference']): Float64Array => {
  if (values instanceof Float64Array) return values;
  if ('codes' in values) return Float64Array.from(values.codes);
  throw new TypeError('a prepared reference has no rows');
};

/** The column at that place of a file of `asNumbers`; `read` gives numbers from an offset on. */
export async function readColumn(
  shape: Shape,
  place: number,
  read: (side: 'reference' | 'current', from: number, count: number) => Promise<Float64Array>,
): Promise<ColumnPair> {
  const from = place * (shape.reference + shape.current);
  const [reference, current] = [
    await read('reference', from, shape.reference),
    await read('current', from + shape.reference, shape.current),
  ];
  const about = { column: `column ${place}`, role: 'input' as const };
  if (place < shape.numbers) return { ...about, kind: 'number', reference, current };
  const categories = (codes: Float64Array): Categories => ({ codes: new Int32Array(codes), labels });
  return { ...about, kind: 'category', reference: categories(reference), current: categories(current) };
}
