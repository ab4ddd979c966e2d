import { z } from 'zod';
import type { FeatureStepSpec } from '../../contracts/features.ts';
import { runInPool } from '../pool.ts';
import type { Dropped, SelectTask } from './select.worker.ts';
import { columnsAt, type FeatureStep, gatherColumns, rearrange, sharedColumns, stepFault } from './step.ts';

type Spec = FeatureStepSpec & { step: 'select' };

export const selectStateSchema = z.strictObject({
  kept: z.array(z.number().int()),
  /** The features that were dropped, in the order in which they were, and why. */
  reasons: z.array(
    z.strictObject({
      name: z.string(),
      reason: z.enum(['constant', 'correlated', 'collinear']),
      /** The feature that it correlates with. */
      with: z.string().optional(),
      /** The constant, the correlation, or the variance inflation (1e10 where others determine it entirely). */
      value: z.number(),
    }),
  ),
});
type State = z.infer<typeof selectStateSchema>;

const worker = new URL('./select.worker.ts', import.meta.url);

/**
 * Drops constant columns, the later of two that correlate above a bound, then the worst by variance inflation
 * (statsmodels' `variance_inflation_factor` of the columns and an intercept), until none is above its bound. A
 * missing value counts as its column's mean.
 */
export const select: FeatureStep<Spec, State> = {
  async fit({ columns, correlation, varianceInflation }, train) {
    const at = columnsAt('select', columns, train);
    const task = { features: await sharedColumns(train, at), correlation, varianceInflation };
    const dropped = await runInPool<SelectTask, Dropped[]>(worker, task);
    const gone = new Set(dropped.map(({ column }) => at[column]));
    const kept = train.names.map((_, column) => column).filter((column) => !gone.has(column));
    if (kept.length === 0)
      throw stepFault('select', train.names.join(', '), 'a feature that varies', 'leaves no feature');
    const reasons = dropped.map(({ column, with: twin, ...why }) => ({
      name: train.names[at[column]],
      ...why,
      ...(twin === undefined ? {} : { with: train.names[at[twin]] }),
    }));
    return { state: { kept, reasons } };
  },
  apply: ({ kept }, features) => rearrange(features, kept, [], () => {}),
  addToGraph: ({ kept, reasons }, graph, features) =>
    reasons.length === 0 ? features : gatherColumns(graph, features, kept),
};
