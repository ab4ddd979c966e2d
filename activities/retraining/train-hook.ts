import type { Params } from '../../contracts/estimator.ts';
import type { Hooks } from '../../contracts/hooks.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { type PreparedRows, rowsAt } from '../../models/training/rows.ts';
import { hookNamed } from './choosing.ts';

export interface Fitting {
  candidate: string;
  estimator: string;
  params: Params;
}

/** The rows and parameters of a fit as the pipeline's hook shapes them; as they are where it names none. */
export async function shapeFit(
  hooks: Pick<Hooks, 'train'>,
  spec: PipelineSpec,
  { candidate, estimator, params }: Fitting,
  rows: PreparedRows,
  signal: AbortSignal,
): Promise<{ rows: PreparedRows; params: Params }> {
  const name = spec.retrain.hooks.train;
  if (name === undefined) return { rows, params };
  const recipe = await hookNamed(
    hooks.train,
    'train',
    name,
  )({
    pipeline: spec.name,
    task: spec.task,
    ...{ candidate, estimator, params, signal },
    features: rows.features,
    target: rows.residual,
    rowIds: rows.rowIds,
  });
  const kept = recipe.keep ? rowsAt(rows, recipe.keep) : rows;
  const { weights } = recipe;
  if (weights === undefined) return { rows: kept, params: { ...params, ...recipe.params } };
  if (weights.length !== kept.target.length)
    throw new RangeError(`${weights.length} weights for ${kept.target.length} rows`);
  const own = kept.weights;
  const weighed = own ? weights.map((weight, row) => weight * own[row]) : weights;
  return { rows: { ...kept, weights: weighed }, params: { ...params, ...recipe.params } };
}

/** Rows to be scored beside weighed ones: each counts as it did. */
export const withWeights = (rows: PreparedRows): PreparedRows =>
  rows.weights ? rows : { ...rows, weights: new Float64Array(rows.target.length).fill(1) };
