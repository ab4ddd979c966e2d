import { availableParallelism } from 'node:os';
import type { TreeModel } from '../../contracts/estimator.ts';
import type { Matrix } from '../../contracts/frame.ts';
import { joinNumbers } from '../../inference/joined.ts';
import { runInPool } from '../pool.ts';
import type { TreeShapAnswer, TreeShapTask } from './tree-shap.worker.ts';

const worker = new URL('./tree-shap.worker.ts', import.meta.url);

/**
 * Exact, path-dependent Shapley values of a sum of trees (Lundberg et al. 2020, Algorithm 2; shap's `TreeExplainer`
 * with `tree_path_dependent`), in the unit of the sum: before any softmax or logistic function.
 * @returns `values`: rows × outputs × F, row-major; `base`: per output, the sum's mean over the training rows. The base
 * plus a row's values is the row's sum.
 * @throws RelevoError CANCELLED when `signal` fires.
 */
export async function treeShap(
  trees: TreeModel,
  features: Matrix,
  signal?: AbortSignal,
): Promise<{ values: Float64Array; base: Float64Array }> {
  const { effects, base } = await inPool('values', trees, features, signal);
  return { values: effects, base };
}

/**
 * Exact SHAP interaction values (Lundberg et al. 2020): rows × outputs × F × F, symmetric; each row of a table adds up
 * to the feature's Shapley value, and a pair's interaction is split in halves.
 * @throws RelevoError CANCELLED when `signal` fires.
 */
export const treeInteractions = async (
  trees: TreeModel,
  features: Matrix,
  signal?: AbortSignal,
): Promise<Float64Array> => (await inPool('interactions', trees, features, signal)).effects;

const leastRowsPerThread = 64;

/** Rows are dealt out evenly, in order, over as many threads as have enough to do. */
async function inPool(
  kind: TreeShapTask['kind'],
  model: TreeModel,
  { rows, names, data }: Matrix,
  signal?: AbortSignal,
): Promise<TreeShapAnswer> {
  const wanted = Math.ceil(rows / leastRowsPerThread);
  const threads = Math.max(1, Math.min(availableParallelism(), wanted));
  const width = names.length;
  const parts = await Promise.all(
    Array.from({ length: threads }, (_, thread) => {
      const from = Math.floor((thread * rows) / threads) * width;
      const to = Math.floor(((thread + 1) * rows) / threads) * width;
      const task: TreeShapTask = { kind, model, data: data.slice(from, to), width };
      return runInPool<TreeShapTask, TreeShapAnswer>(worker, task, signal);
    }),
  );
  return { effects: joinNumbers(parts.map(({ effects }) => effects)), base: parts[0].base };
}
