import { z } from 'zod';

const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);
const nullable = z.number().nullable();
/** Lower whisker, quartiles, upper whisker by Tukey's rule: whiskers end at the last value within 1.5 box heights. */
const boxSchema = z.strictObject({
  low: z.number(),
  p25: z.number(),
  p50: z.number(),
  p75: z.number(),
  high: z.number(),
});
/** `counts[i]` values lie in [edges[i], edges[i + 1]); the last bin includes its upper edge. */
const histogramSchema = z.strictObject({ edges: z.array(z.number()), counts: z.array(count) });
const valueCounts = z.array(z.strictObject({ value: z.string(), count }));

const described = {
  name: z.string(),
  role: z.enum(['target', 'input', 'other']),
  about: z.string().optional(),
  missing: count,
  distinct: count,
};
export const columnSummarySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('number'),
    ...described,
    unit: z.string().optional(),
    /** Absent where no value is there. */
    statistics: z
      .strictObject({
        min: z.number(),
        max: z.number(),
        mean: z.number(),
        /** Of the sample, n − 1; null for one value. */
        standardDeviation: nullable,
        /** Of the sample, adjusted (G1, as pandas' `skew`); null where not defined. */
        skewness: nullable,
        zeros: count,
        box: boxSchema,
      })
      .optional(),
    histogram: histogramSchema,
    /** Values beyond Tukey's fences; `extreme` ones beyond three box heights. The farthest first, at most ten. */
    outliers: z.strictObject({
      low: nullable,
      high: nullable,
      count,
      extreme: count,
      farthest: z.array(z.strictObject({ rowId: count, value: z.number() })),
    }),
  }),
  /** The commonest values first, at most fifty; `others` counts the rest. */
  z.strictObject({ kind: z.literal('category'), ...described, values: valueCounts, others: count }),
  z.strictObject({
    kind: z.literal('timestamp'),
    ...described,
    /** ISO 8601 without a zone: the plant's own clock. */
    first: z.string().nullable(),
    last: z.string().nullable(),
  }),
]);
export type ColumnSummary = z.infer<typeof columnSummarySchema>;

/** Symmetric; null where not defined. */
const squareSchema = z.strictObject({ names: z.array(z.string()), values: z.array(z.array(nullable)) });
export type SquareTable = z.infer<typeof squareSchema>;

/** The target against one feature. */
export const againstTargetSchema = z.discriminatedUnion('kind', [
  /** Both numbers: quartiles of the target over tenths of the feature, and a sample of rows as [feature, target]. */
  z.strictObject({
    kind: z.literal('numbers'),
    feature: z.string(),
    bins: z.array(
      z.strictObject({
        from: z.number(),
        to: z.number(),
        count,
        p25: z.number(),
        p50: z.number(),
        p75: z.number(),
      }),
    ),
    points: z.array(z.tuple([z.number(), z.number()])),
  }),
  /** Number target by the values of a category. */
  z.strictObject({
    kind: z.literal('boxes'),
    feature: z.string(),
    groups: z.array(z.strictObject({ value: z.string(), count, box: boxSchema })),
  }),
  /** Number feature by the classes of the target: a histogram for each over the same edges. */
  z.strictObject({
    kind: z.literal('classes'),
    feature: z.string(),
    edges: z.array(z.number()),
    groups: z.array(z.strictObject({ value: z.string(), counts: z.array(count) })),
  }),
  /** Category feature by the classes of the target: rows of each class, in the order of `classes`. */
  z.strictObject({
    kind: z.literal('counts'),
    feature: z.string(),
    classes: z.array(z.string()),
    groups: z.array(z.strictObject({ value: z.string(), counts: z.array(count) })),
  }),
]);
export type AgainstTarget = z.infer<typeof againstTargetSchema>;

/** Rows and the target over one unit of time. `target` is its mean; of a classification, `classes` are shares, in their order. */
const timePointSchema = z.strictObject({
  /** Hour 0–23, ISO weekday 1–7, or the first moment of a bucket. */
  at: z.union([z.number(), z.string()]),
  count,
  target: nullable,
  low: nullable,
  high: nullable,
  classes: z.array(share),
});
export type TimePoint = z.infer<typeof timePointSchema>;
export const timeSummarySchema = z.strictObject({
  column: z.string(),
  /** Pace of the rows: the pipeline's, or the commonest distance between two; null where there is none. */
  everySeconds: nullable,
  byHour: z.array(timePointSchema),
  byWeekday: z.array(timePointSchema),
  /** Length of a bucket of `series`. */
  bucket: z.enum(['hour', 'day', 'week', 'month', 'year']),
  series: z.array(timePointSchema),
  /** Stretches without rows, more than one and a half paces long: how many, and the longest. */
  gaps: z.strictObject({
    count,
    longest: z.array(z.strictObject({ from: z.string(), to: z.string(), seconds: z.number() })),
  }),
});

/** What is to be seen in one dataset version; figures are of all rows but where `sampledRows` says otherwise. */
export const edaSummarySchema = z.strictObject({
  pipeline: z.string(),
  title: z.strictObject({ en: z.string(), es: z.string() }),
  target: z.string(),
  task: z.enum(['regression', 'classification']),
  /** Of a classification, in the order of their indices. */
  classes: z.array(z.string()),
  rows: count,
  /** Rows of the sample (by hash of the row's id) that ranks, points of scatter plots and outlier lists come from. */
  sampledRows: count,
  columns: z.array(columnSummarySchema),
  /** Which columns are missing together, the commonest first, at most twenty; complete rows first of all. */
  missing: z.array(z.strictObject({ columns: z.array(z.string()), count })),
  /** Rows that repeat an earlier row in every column but time; and groups of rows of equal inputs whose targets differ. */
  repeats: z.strictObject({ rows: count, contradictions: count, contradictingRows: count }),
  correlation: z.strictObject({
    pearson: squareSchema,
    spearman: squareSchema,
    /** |Pearson| of two numbers, Cramér's V of two categories, correlation ratio η of a category and a number. */
    association: squareSchema,
  }),
  againstTarget: z.array(againstTargetSchema),
  time: timeSummarySchema.optional(),
});
export type EdaSummary = z.infer<typeof edaSummarySchema>;

const changeSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['number', 'category', 'timestamp']),
  missingShare: z.strictObject({ a: share, b: share }),
  /** Population stability index over tenths of a, or over values, the missing as one more; null without rows. */
  psi: nullable,
  /** Largest distance of the two distribution functions (Kolmogorov–Smirnov); of categories, total variation. */
  distance: nullable,
  mean: z.strictObject({ a: nullable, b: nullable }).optional(),
  /** Shares over the bins that the index is computed from. */
  bins: z.array(z.strictObject({ label: z.string(), a: share, b: share })),
});
export type ColumnChange = z.infer<typeof changeSchema>;

/** What has changed from dataset version `a` to `b` of one pipeline. */
export const edaComparisonSchema = z.strictObject({
  pipeline: z.string(),
  title: z.strictObject({ en: z.string(), es: z.string() }),
  a: z.strictObject({ version: z.string(), rows: count }),
  b: z.strictObject({ version: z.string(), rows: count }),
  /** By column, the greatest index first. */
  columns: z.array(changeSchema),
  /** Rows by key: the columns that the pipeline says are unique, or the row's id. */
  changedRows: z.strictObject({
    key: z.array(z.string()),
    added: count,
    removed: count,
    changed: count,
    same: count,
    byColumn: z.array(z.strictObject({ name: z.string(), count })),
    /** At most twenty cells that differ. */
    examples: z.array(
      z.strictObject({
        key: z.string(),
        column: z.string(),
        a: z.string().nullable(),
        b: z.string().nullable(),
      }),
    ),
  }),
});
export type EdaComparison = z.infer<typeof edaComparisonSchema>;
