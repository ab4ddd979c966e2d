import { z } from 'zod';

const share = z.number().min(0).max(1);
const rows = z.number().int().nonnegative();
const scores = z.strictObject({ precision: share, recall: share, f1: share });

/** One class against the rest, over falling thresholds; at most 200 points, areas from all of them. */
const curve = z.strictObject({
  class: z.string(),
  /** Null where all rows are of one kind. */
  area: share.nullable(),
  /** Probability from which a row counts as the class; null before the first. */
  points: z.array(z.strictObject({ x: share, y: share, threshold: z.number().nullable() })).max(200),
});

/** How a model did on rows that it has not learned from, in figures to draw. */
export const evaluationReportSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('classification'),
    rows,
    classes: z.array(z.string()),
    /** Rows by actual class, then by answered class. */
    confusion: z.array(z.array(rows)),
    accuracy: share,
    perClass: z.array(scores.extend({ class: z.string(), support: rows })),
    /** Plain means over the classes, and means weighted by support. */
    macro: scores,
    weighted: scores,
    /** x: false positive rate, y: true positive rate. */
    roc: z.array(curve),
    /** x: recall, y: precision; the area is the average precision. */
    precisionRecall: z.array(curve),
    /** Of the likeliest class, in 15 bins of equal width; `confidence` and `accuracy` are means, null in an empty bin. */
    reliability: z.strictObject({
      ece: share,
      bins: z.array(
        z.strictObject({
          from: share,
          to: share,
          rows,
          confidence: share.nullable(),
          accuracy: share.nullable(),
        }),
      ),
    }),
  }),
  z.strictObject({
    kind: z.literal('regression'),
    rows,
    /** Actual − predicted, in the target's unit. */
    residuals: z.strictObject({
      mean: z.number(),
      deviation: z.number(),
      quantiles: z.array(z.strictObject({ share, value: z.number() })),
    }),
    interval: z
      .strictObject({
        coverage: share,
        /** Rows under the lower bound and over the upper one. */
        below: share,
        above: share,
        meanWidth: z.number(),
        /** By tenths of the rows in the order of the prediction, the lowest first. */
        coverageByTenth: z.array(share),
      })
      .optional(),
  }),
  z.strictObject({
    kind: z.literal('quantile'),
    rows,
    /** Of each level: the share of rows at or below its quantile, and the mean pinball loss in the target's unit. */
    levels: z.array(z.strictObject({ level: share, shareAtOrBelow: share, pinball: z.number() })),
  }),
]);
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;
