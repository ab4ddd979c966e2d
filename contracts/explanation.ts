import { z } from 'zod';

const count = z.number().int().nonnegative();
/** One number per output. */
const perOutput = z.array(z.number());

/** How effects are found: exactly from trees, or from predictions on changed rows. */
export const explanationMethods = ['tree-shap', 'kernel-shap', 'lime'] as const;
export type ExplanationMethod = (typeof explanationMethods)[number];

/**
 * What effects are measured in: the target's unit, shares of one, or what a softmax or (where two classes share one
 * number) the logistic function makes probabilities of.
 */
export const effectUnits = ['target', 'probability', 'log-odds'] as const;
export type EffectUnit = (typeof effectUnits)[number];

/** One answer taken apart: `base` plus the effects of all features is `total`, but for LIME's local error. */
export const rowExplanationSchema = z.strictObject({
  rowId: z.number().int(),
  /** What is answered where nothing is known of the row: the mean over the rows learned from, or of the background. */
  base: perOutput,
  total: perOutput,
  /** The pipeline's own base prediction for the row, which `base` includes. */
  formula: z.number().optional(),
  /**
   * The strongest first; `value` is what the row has, null where missing or made of several features, and `word` what
   * it is the code of.
   */
  contributions: z.array(
    z.strictObject({
      feature: z.string(),
      value: z.number().nullable(),
      word: z.string().optional(),
      effects: perOutput,
    }),
  ),
  /** Share of the predictions' variance around the row that LIME's line explains, per output. */
  fidelity: perOutput.optional(),
});
export type RowExplanation = z.infer<typeof rowExplanationSchema>;

const common = {
  method: z.enum(explanationMethods),
  unit: z.enum(effectUnits),
  /** Name of each output: a class, a quantile's level, or empty for the one number of a regression. */
  outputs: z.array(z.string()),
};

export const rowsExplanationSchema = z.strictObject({ ...common, rows: z.array(rowExplanationSchema) });
export type RowsExplanation = z.infer<typeof rowsExplanationSchema>;

/** How the prediction answers to one feature, all others as they are: of the whole model, probabilities or target. */
export const dependenceSchema = z.strictObject({
  feature: z.string(),
  grid: z.array(z.number()),
  /** Per output, the mean prediction at each point of the grid. */
  mean: z.array(z.array(z.number())),
  /** Per row of a small sample, per output, the prediction at each point (individual conditional expectation). */
  individual: z.array(z.array(z.array(z.number()))),
});
export type Dependence = z.infer<typeof dependenceSchema>;

export const pairDependenceSchema = z.strictObject({
  features: z.tuple([z.string(), z.string()]),
  grids: z.tuple([z.array(z.number()), z.array(z.number())]),
  /** Per output, per point of the first grid, per point of the second. */
  mean: z.array(z.array(z.array(z.number()))),
});
export type PairDependence = z.infer<typeof pairDependenceSchema>;

/** What a model has learned, over a sample of rows; stored as an artifact of the model's version. */
export const explanationSchema = z.strictObject({
  ...common,
  /** Rows that the effects are means over. */
  rows: count,
  base: perOutput,
  /** The most important first. */
  importance: z.array(
    z.strictObject({
      feature: z.string(),
      /** Mean of |effect| per output. */
      effects: perOutput,
      /** Rise of the loss (RMSE, mean pinball loss or log-loss) where the values are shuffled; absent for made features. */
      permutation: z.strictObject({ mean: z.number(), standardDeviation: z.number() }).optional(),
    }),
  ),
  /** Mean of |interaction effect| (both halves), summed over outputs; the strongest first, for sums of trees. */
  interactions: z.array(z.strictObject({ features: z.tuple([z.string(), z.string()]), effect: z.number() })),
  dependence: z.array(dependenceSchema),
  pair: pairDependenceSchema.optional(),
  /** Values and effects of some rows for the most important features: what a beeswarm plot shows. */
  sample: z.array(
    z.strictObject({
      feature: z.string(),
      values: z.array(z.number().nullable()),
      /** Per output, per row. */
      effects: z.array(z.array(z.number())),
    }),
  ),
});
export type Explanation = z.infer<typeof explanationSchema>;
