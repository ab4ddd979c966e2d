import { z } from 'zod';

const moment = z.iso.datetime({ offset: true });

/** What the answers of a period are gathered by. */
export const groupingSchema = z.union([
  z.enum(['none', 'hour', 'day', 'shift', 'version']),
  /** Shifts of `hours` by the plant's clock, one of them beginning at `startsAt`. */
  z.strictObject({
    shift: z.strictObject({
      startsAt: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 06:00'),
      hours: z.number().int().min(1).max(24),
    }),
  }),
  /** Values of an input column. */
  z.strictObject({ column: z.string().min(1).max(200) }),
]);
export type Grouping = z.infer<typeof groupingSchema>;

/** A period of a pipeline's answers, from `from` up to and without `to`. */
export const periodSchema = z.strictObject({ from: moment, to: moment });
export type Period = z.infer<typeof periodSchema>;

/** Of numbers; absent where there are none. */
const numbersSchema = z.object({
  count: z.number().int(),
  mean: z.number(),
  sum: z.number(),
  min: z.number(),
  max: z.number(),
});
/** One group of a period: what was predicted, what turned out, and how far they lie apart. */
export const aggregateSchema = z.object({
  /** A moment (UTC), a version, or a column's value; null where the row had none, or all are one group. */
  group: z.string().nullable(),
  count: z.number().int(),
  /** Of a regression, in the unit of the target. */
  prediction: numbersSchema.optional(),
  actual: numbersSchema.optional(),
  /** Mean of |predicted − actual| over the rows whose outcome is known. */
  meanAbsoluteError: z.number().optional(),
  /** Of a classification: rows by answered class, and the share answered right of those whose outcome is known. */
  labels: z.record(z.string(), z.number().int()).optional(),
  outcomes: z.number().int(),
  rightShare: z.number().optional(),
});
export type Aggregate = z.infer<typeof aggregateSchema>;
