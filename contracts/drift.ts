import { z } from 'zod';
import { retrainModes } from './retrain.ts';

const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);

/** How a pipeline is watched. */
export const driftPolicySchema = z.strictObject({
  /** A check every so many hours, at the hour (UTC), each started up to `jitterMinutes` later. */
  everyHours: z.number().int().min(1).max(168).default(6),
  jitterMinutes: z.number().int().min(0).max(60).default(10),
  /** How long after its time a missed check is still made up for. */
  catchUpMinutes: z.number().int().positive().default(360),
  /** Whether a check reads the source first. */
  ingest: z.boolean().default(true),
  /** What current rows are compared with. */
  reference: z
    .discriminatedUnion('kind', [
      /** The rows that the champion learned from. */
      z.strictObject({ kind: z.literal('training') }),
      /** The rows just before the current ones. */
      z.strictObject({ kind: z.literal('window'), rows: z.number().int().min(100) }),
      /** The same hours of the weeks before. */
      z.strictObject({
        kind: z.literal('same-hours'),
        by: z.string(),
        weeks: z.number().int().min(1).max(12),
      }),
    ])
    .prefault({ kind: 'training' }),
  /** Rows of one check: all since the last one, the last so many, or those of the last hours of a time column. */
  current: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('new') }),
      z.strictObject({ kind: z.literal('rows'), rows: z.number().int().min(20) }),
      z.strictObject({ kind: z.literal('hours'), by: z.string(), hours: z.number().positive() }),
    ])
    .prefault({ kind: 'new' }),
  /** Columns to watch; the model's inputs, the target, predictions and residuals where absent. */
  columns: z.array(z.string()).min(1).optional(),
  /** Share of checks without drift that may raise a false alarm (family-wise over columns, controlled over time). */
  level: z.number().gt(0).lt(0.5).default(0.05),
  /** Smallest effect worth an alarm: Wasserstein distance in reference deviations, or total variation of shares. */
  minEffect: z.number().gt(0).default(0.1),
  /** A column has drifted when it passed the first two gates in `k` of its last `of` checks. */
  persistence: z.strictObject({ k: count.min(1), of: count.min(1) }).prefault({ k: 1, of: 1 }),
  /** Above this a check draws a sample, and says so. */
  maxRows: z.number().int().min(1000).default(200_000),
  /** Detectors over the champion's errors, row by row. */
  streams: z.array(z.string()).default(['cusum', 'adwin']),
  /** Mean number of rows between two false alarms of the calibrated CUSUM. */
  rowsBetweenFalseAlarms: z.number().int().min(1000).default(100_000),
});
export type DriftPolicy = z.infer<typeof driftPolicySchema>;

export const driftVerdicts = ['drift', 'no_drift', 'insufficient_data'] as const;
export type DriftVerdict = (typeof driftVerdicts)[number];
/** What moved: inputs, labels, what inputs say about labels, only the probabilities' scale, or the data's quality. */
export const driftKinds = ['covariate', 'label', 'concept', 'calibration', 'quality'] as const;
export type DriftKind = (typeof driftKinds)[number];
export const driftShapes = ['abrupt', 'gradual', 'recurring'] as const;
export type DriftShape = (typeof driftShapes)[number];
export const columnRoles = ['input', 'target', 'prediction', 'residual'] as const;

const gatesSchema = z.strictObject({
  significance: z.boolean(),
  magnitude: z.boolean(),
  persistence: z.boolean(),
});

/** One column against its reference: the test, why it was chosen, and the three gates. */
export const columnDriftSchema = z.strictObject({
  column: z.string(),
  role: z.enum(columnRoles),
  kind: z.enum(['number', 'category']),
  test: z.string(),
  /** Why this test, in a sentence. */
  why: z.strictObject({ en: z.string(), es: z.string() }),
  rows: z.strictObject({ reference: count, current: count }),
  missing: z.strictObject({ reference: share, current: share }),
  statistic: z.number().nullable(),
  pValue: share.nullable(),
  /** Corrected over the columns of this check. */
  adjustedPValue: share.nullable(),
  /** `low` is the lower confidence bound of the noise-corrected effect, which the second gate judges. */
  effect: z
    .strictObject({ name: z.enum(['wasserstein', 'totalVariation']), value: z.number(), low: z.number() })
    .nullable(),
  gates: gatesSchema,
  verdict: z.enum(driftVerdicts),
  /** Row id from which on the column differs most (change point). */
  sinceRowId: count.optional(),
  /** Categories that one side alone has. */
  newCategories: z.array(z.string()).max(20).optional(),
  vanishedCategories: z.array(z.string()).max(20).optional(),
});
export type ColumnDrift = z.infer<typeof columnDriftSchema>;

export const streamAlarmSchema = z.strictObject({
  detector: z.string(),
  /** What it sees: the champion's errors or absolute residuals, in row order. */
  series: z.string(),
  rows: count,
  /** Row ids after which it raised an alarm, the last 100. */
  alarms: z.array(count).max(100),
});

/** A metric of the champion on the rows of its test part and on current rows with known target. */
export const performanceSchema = z.strictObject({
  metric: z.string(),
  reference: z.number().nullable(),
  current: z.number().nullable(),
  /** What the metric is estimated to be where targets are not known yet, with its sampling band. */
  estimated: z.strictObject({ value: z.number(), low: z.number(), high: z.number() }).optional(),
  /** Share of current rows whose target is known. */
  labelled: share,
  /** Where something changed: the rise of the champion's mean error on new rows since, and a difference's deviation. */
  since: z
    .strictObject({ rowId: count, rows: count, rise: z.number(), deviation: z.number().nonnegative() })
    .optional(),
  /** Where the champion gives intervals: the share of actual values that lie within them. */
  coverage: z
    .strictObject({
      /** The level that the interval states. */
      promised: share,
      reference: share.nullable(),
      current: share.nullable(),
      /** Current answers whose target is known. */
      rows: count,
      /** Exact binomial, one-sided: less is covered than promised. */
      pValue: share.nullable(),
      /** Lower confidence bound of what the share falls short by, which the second gate judges. */
      low: z.number().nullable(),
      gates: gatesSchema,
      verdict: z.enum(driftVerdicts),
    })
    .optional(),
});

/** One check: what was compared, what was found, and what it asks for. */
export const driftReportSchema = z.strictObject({
  pipeline: z.string(),
  modelVersion: z.string(),
  datasetVersion: z.string(),
  /** Row ids of the current rows, first and last; null where there are none. */
  currentRows: z.strictObject({ from: count, to: count }).nullable(),
  rows: z.strictObject({ reference: count, current: count, sampled: z.boolean() }),
  verdict: z.enum(driftVerdicts),
  kind: z.enum(driftKinds).optional(),
  shape: z.enum(driftShapes).optional(),
  columns: z.array(columnDriftSchema),
  /** All inputs at once, by a domain classifier. */
  joint: z
    .strictObject({ method: z.string(), auc: z.number(), pValue: share, verdict: z.enum(driftVerdicts) })
    .optional(),
  streams: z.array(streamAlarmSchema),
  quality: z.array(z.strictObject({ check: z.string(), column: z.string().optional(), message: z.string() })),
  performance: performanceSchema.optional(),
  /** Rows that the champion has learned and rows new to it; whether they are reason enough for a retrain. */
  growth: z.strictObject({ learnedRows: count, newRows: count, isDue: z.boolean() }).optional(),
  /** Share of the change in the metric that each drifted column explains, largest first. */
  attribution: z.array(z.strictObject({ column: z.string(), share: z.number() })),
  advice: z.strictObject({
    mode: z.enum(['none', ...retrainModes]),
    why: z.strictObject({ en: z.string(), es: z.string() }),
  }),
});
export type DriftReport = z.infer<typeof driftReportSchema>;
