import { z } from 'zod';

/** What is kept of a pipeline's answers. */
export const logPolicySchema = z.strictObject({
  /** `none` keeps nothing, but for the answers that a contest is decided by. */
  predictions: z.enum(['all', 'none']).default('all'),
  /** Whether the rows that were asked about are kept too. */
  inputs: z.boolean().default(true),
  /** Columns that are never kept. */
  redact: z.array(z.string()).default([]),
  /** Column of a row that names what it is about, so that its outcome may be told by that name. */
  keyColumn: z.string().optional(),
  retentionDays: z.number().int().min(1).max(3650).default(90),
});
export type LogPolicy = z.infer<typeof logPolicySchema>;

/** What a model said about one row. */
export interface LoggedAnswer {
  /** The value, or one probability per class in the order of the classes. */
  values: number[];
  /** The class that was decided on. */
  label?: string;
  /** Lower and upper bound. */
  interval?: [number, number];
}

const actual = z.union([z.number(), z.string().min(1).max(200)]);
const moment = z.iso.datetime({ offset: true });
export const businessKeySchema = z.string().min(1).max(200);

/** What turned out to be true of one prediction, named by its id or by the business key that it was asked with. */
export const outcomeSchema = z.union([
  z.strictObject({ predictionId: z.string().regex(z.regexes.uuid7), actual, at: moment.optional() }),
  z.strictObject({ key: businessKeySchema, actual, at: moment.optional() }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;

/**
 * `joined` to a prediction that is there; `waiting` for one that is not there yet; `repeated` as it was told before;
 * `corrected` in place of what was told before; `outdated` by one that is newer; `unknown` since no such prediction
 * can come any more.
 */
export const outcomeStatuses = ['joined', 'waiting', 'repeated', 'corrected', 'outdated', 'unknown'] as const;
export type OutcomeStatus = (typeof outcomeStatuses)[number];
