import { z } from 'zod';

const common = {
  /** What the column means, for people. */
  about: z.string().optional(),
  /** Whether a row may lack it. A missing value of a required column is repaired or the row is quarantined. */
  optional: z.boolean().default(false),
  /** A cell of lower trust is blamed first when two cells could explain one contradiction. */
  trust: z.number().default(1),
};

export const numberColumnSchema = z.strictObject({
  kind: z.literal('number'),
  unit: z.string().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  /** Places after the point that the source writes; a reading stands for ± half a unit of the last place. */
  decimals: z.number().int().min(0).max(12).optional(),
  ...common,
});
export const categoryColumnSchema = z.strictObject({
  kind: z.literal('category'),
  /** Allowed values as they are stored; input is matched without regard to case and outer spaces. */
  values: z.array(z.string().min(1)).min(1),
  ...common,
});
export const timestampColumnSchema = z.strictObject({
  kind: z.literal('timestamp'),
  /** DuckDB `strptime` format of the source. */
  format: z.string().min(1),
  /** `ends-day`: 00:00 under a date closes that date, so it is stored as 00:00 of the next one. */
  midnight: z.enum(['starts-day', 'ends-day']).default('starts-day'),
  ...common,
});
/** A column that the source has and the pipeline does not read. */
export const ignoredColumnSchema = z.strictObject({
  kind: z.literal('ignored'),
  about: z.string().optional(),
});

export const columnSchema = z.discriminatedUnion('kind', [
  numberColumnSchema,
  categoryColumnSchema,
  timestampColumnSchema,
  ignoredColumnSchema,
]);

export type NumberColumn = z.infer<typeof numberColumnSchema>;
export type CategoryColumn = z.infer<typeof categoryColumnSchema>;
export type TimestampColumn = z.infer<typeof timestampColumnSchema>;
export type Column = z.infer<typeof columnSchema>;
export type ColumnInput = z.input<typeof columnSchema>;

type Options<S extends z.ZodType> = Omit<z.input<S>, 'kind' | 'values' | 'format'>;
/** A column of numbers; a cell outside of `min` to `max` is a fault, as is a missing one unless `optional`. */
export const number = (options: Options<typeof numberColumnSchema> = {}): ColumnInput => ({
  kind: 'number',
  ...options,
});
/** A column of one of these values, which are stored as they are written here; any other is a fault. */
export const category = (
  values: readonly string[],
  options: Options<typeof categoryColumnSchema> = {},
): ColumnInput => ({
  kind: 'category',
  values: [...values],
  ...options,
});
/**
 * A column of moments in the source's own clock, without a time zone.
 * @param format as DuckDB's `strptime` reads it, such as `%d/%m/%Y %H:%M`.
 */
export const timestamp = (
  format: string,
  options: Options<typeof timestampColumnSchema> = {},
): ColumnInput => ({
  kind: 'timestamp',
  format,
  ...options,
});
/** A column that the source has and nobody reads. One that is not named at all is refused: SOURCE_HEADER_CHANGED. */
export const ignored = (about?: string): ColumnInput => ({ kind: 'ignored', about });

/** Half a unit of the last place that the source writes; 0 where the column does not say. */
export const halfUnit = (column: NumberColumn): number =>
  column.decimals === undefined ? 0 : 0.5 * 10 ** -column.decimals;
