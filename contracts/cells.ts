import type { Column } from './columns.ts';
import type { ServingPolicy } from './serving.ts';

/** Trees compare in single precision, so a number beyond its range cannot be told from infinity. */
const largestSingle = 3.4028234663852886e38;

/** Inclusive range of a number column, in its unit. */
export const rangeOf = (column: Column): { min: number; max: number } => ({
  min: (column.kind === 'number' ? column.min : undefined) ?? -largestSingle,
  max: (column.kind === 'number' ? column.max : undefined) ?? largestSingle,
});

/** Whether a row may lack the column; false where the pipeline does not read it. */
export const isOptional = (column: Column): boolean => 'optional' in column && column.optional;

/** Whether a row without a value in this column is answered. */
export const mayLack = (column: Column, { missing }: Pick<ServingPolicy, 'missing'>): boolean =>
  isOptional(column) || missing !== 'refuse';

/** How a category's value is compared: without case and outer spaces. */
export const foldCategory = (value: string): string => value.trim().toLowerCase();

/** From a category's value as it is stored, or folded, to the value as it is stored. */
export function storedValues(values: readonly string[]): ReadonlyMap<string, string> {
  const stored = new Map(values.map((value) => [foldCategory(value), value]));
  for (const value of values) stored.set(value, value);
  return stored;
}

/** What a column's cells are, in words: `a number from 0 to 100 kWh`. */
export function kindOf(column: Column): string {
  if (column.kind === 'category') return `one of ${column.values.join(', ')}`;
  if (column.kind !== 'number') return 'a text that is not empty';
  const { min, max } = rangeOf(column);
  return `a number from ${min} to ${max}${column.unit === undefined ? '' : ` ${column.unit}`}`;
}
