import { z } from 'zod';

/** Names of features that a step changes; all where absent. */
const columns = z.array(z.string()).min(1).optional();

/**
 * Changes of the feature matrix that are learnt from training rows, in the order in which they are listed.
 * Each is one file in `models/features/`, and compiles to ONNX.
 */
export const featureStepSchema = z.discriminatedUnion('step', [
  /** Puts a number where one is missing; `flag` adds a 0/1 column `<name>:missing` for each column changed. */
  z.strictObject({
    step: z.literal('impute'),
    columns,
    strategy: z.enum(['median', 'mean', 'mode', 'constant']).default('median'),
    value: z.number().default(0),
    flag: z.boolean().default(false),
  }),
  z.strictObject({
    step: z.literal('scale'),
    columns,
    method: z.enum(['standard', 'min-max', 'robust']).default('standard'),
  }),
  /** Replaces a column of codes (`code()` of a category) by a 0/1 column `<name>=<code>` for each code seen. */
  z.strictObject({ step: z.literal('one-hot'), columns, dropFirst: z.boolean().default(false) }),
  /** Replaces a column of codes by the smoothed mean target of each code; training rows see other folds' means only. */
  z.strictObject({
    step: z.literal('target-encode'),
    columns,
    /** Weight of the overall mean in rows; `auto` is empirical Bayes, as in scikit-learn. */
    smoothing: z.union([z.literal('auto'), z.number().min(0)]).default('auto'),
    folds: z.number().int().min(2).default(5),
  }),
  /** Products of pairs of columns, added as `<a>×<b>`. */
  z.strictObject({ step: z.literal('interactions'), columns }),
  /** Principal components of the columns in their place: so many, or as many as explain this share. */
  z.strictObject({ step: z.literal('pca'), columns, components: z.number().gt(0) }),
  /** Drops constant columns, the later of two that correlate above a bound, then the worst by variance inflation. */
  z.strictObject({
    step: z.literal('select'),
    columns,
    correlation: z.number().gt(0).max(1).default(0.95),
    varianceInflation: z.number().gt(1).default(10),
  }),
]);
export type FeatureStepSpec = z.infer<typeof featureStepSchema>;
export type FeatureStepInput = z.input<typeof featureStepSchema>;
