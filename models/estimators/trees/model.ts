import { environment } from '../../../contracts/env.ts';
import type { FittedModel } from '../../../contracts/estimator.ts';
import { readEnsemble, treesOf } from './ensemble.ts';
import { outputsOfForm, type Reading } from './form.ts';
import { addEnsemble } from './onnx.ts';
import { predictOnThreads } from './threads.ts';

/**
 * A fitted sum of trees.
 * @param bytes libxgboost's own model file (UBJSON, `model.ubj`), which Python's `Booster.load_model` reads too;
 *   quantiles and class shares of a forest add to its sums what the attribute `relevo` says.
 */
export function treeModel(bytes: Uint8Array, reading: Reading): FittedModel {
  return {
    outputs: outputsOfForm(reading.form, reading.base.length),
    async predict(features) {
      if (features.rows === 0) return new Float64Array();
      return predictOnThreads(bytes, features, environment().RELEVO_THREADS);
    },
    save: async () => bytes.slice(),
    addToGraph: (graph, features) => addEnsemble(graph, readEnsemble(bytes), features),
    trees: () => treesOf(readEnsemble(bytes)),
  };
}

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not a model of trees. */
export async function loadTrees(bytes: Uint8Array): Promise<FittedModel> {
  const { reading } = readEnsemble(bytes);
  return treeModel(sharedCopy(bytes), reading);
}

/** In memory that threads see without a copy of their own. */
export function sharedCopy(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
  shared.set(bytes);
  return shared;
}
