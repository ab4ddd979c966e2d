import { z } from 'zod';

const steps = z.number().int().nonnegative();
const period = z.number().int().positive();
const statistic = z.enum(['mean', 'minimum', 'maximum', 'deviation']);

/** Which interval's place in the cycle counts. */
const place = z.enum(['target', 'origin']).default('target');

/**
 * A number that a forecast knows from the past, by name. The *origin* is the last interval whose reading is known
 * when the forecast is made, the *target* the interval that it is about. Only rows up to the origin are read, so a
 * column holds in training exactly what the online lookup gives in serving. A category counts as its code.
 */
export const historyColumnSchema = z.discriminatedUnion('kind', [
  /** The value `steps` intervals before the origin; 0 is the last known. */
  z.strictObject({ kind: z.literal('lag'), of: z.string(), steps }),
  /** The newest value at the target's place in a cycle of `period` intervals, or `cycles` cycles before it. */
  z.strictObject({ kind: z.literal('seasonalLag'), of: z.string(), period, cycles: steps.default(0), place }),
  /** Over the known values of the `window` intervals that end with the origin. */
  z.strictObject({ kind: z.literal('rolling'), of: z.string(), window: period, statistic }),
  /** Over the newest `cycles` known values at the target's place in a cycle. */
  z.strictObject({
    kind: z.literal('seasonalRolling'),
    of: z.string(),
    period,
    cycles: period,
    statistic,
    place,
    /** An input: only intervals count in which it was what it is at the target. */
    like: z.string().optional(),
    /** How many cycles back they are looked for; `cycles` where absent. */
    lookBack: period.optional(),
  }),
  /** Of the target's moment, in the plant's clock; ISO weekday: Monday is 1. */
  z.strictObject({
    kind: z.literal('calendar'),
    part: z.enum(['secondOfDay', 'isoWeekday', 'month', 'dayOfYear']),
    offsetSeconds: z.number().default(0),
  }),
  /** Intervals from origin to target. */
  z.strictObject({ kind: z.literal('horizon') }),
]);
export type HistoryColumn = z.infer<typeof historyColumnSchema>;

export const forecastSpecSchema = z.strictObject({
  /** Timestamp column that says which interval a row is about. */
  time: z.string(),
  everySeconds: z.number().positive(),
  /** Intervals ahead that the model learns and is tested at, ascending; the last is the furthest it answers. */
  horizons: z.array(z.number().int().positive()).min(1),
  /** What a row of each horizon counts in a fit, so that the many far ones do not drown the near; 1 each where absent. */
  horizonWeights: z.array(z.number().positive()).optional(),
  /** Numbers that features may read beside the inputs, by name. */
  history: z.record(z.string(), historyColumnSchema),
  /** Statistical forecasters of `models/forecasters` that the backtest runs beside the champion. */
  baselines: z.array(z.string()).default([]),
});
export type ForecastSpec = z.infer<typeof forecastSpecSchema>;
