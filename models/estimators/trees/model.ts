import { environment } from '../../../contracts/env.ts';
import type { FittedModel } from '../../../contracts/estimator.ts';
import { librarySettings } from '../../native/settings.ts';
import { readEnsemble } from './ensemble.ts';
import { addEnsemble } from './onnx.ts';
import { toNativeRows } from './rows.ts';
import { predictOnThread } from './threads.ts';

/**
 * A fitted sum of trees.
 * @param bytes libxgboost's own model file (UBJSON, `model.ubj`), which Python's `Booster.load_model` reads too.
 */
export function treeModel(bytes: Uint8Array): FittedModel {
  return {
    async predict(features) {
      if (features.rows === 0) return new Float64Array();
      const { RELEVO_THREADS: threads } = environment();
      const library = librarySettings();
      const rows = await toNativeRows(features);
      return Float64Array.from(await predictOnThread({ library, threads, model: bytes, rows }));
    },
    save: async () => bytes.slice(),
    addToGraph: (graph, features) => addEnsemble(graph, readEnsemble(bytes), features),
  };
}

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not a model of trees. */
export async function loadTrees(bytes: Uint8Array): Promise<FittedModel> {
  readEnsemble(bytes);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
  shared.set(bytes);
  return treeModel(shared);
}
