import type { DecisionTree, FittedModel } from '../../../../contracts/estimator.ts';
import { runInPool } from '../../../pool.ts';
import { type TreeEnsemble, treesOf } from '../ensemble.ts';
import { outputsOfForm } from '../form.ts';
import { addEnsemble } from '../onnx.ts';
import { toNativeRows } from '../rows.ts';
import { decodeForest, type ExtraForest } from './bytes.ts';
import type { ExtraPredictTask, ExtraTree } from './protocol.ts';

const worker = new URL('./predict.worker.ts', import.meta.url);

/** @param bytes see `encodeForest`; in shared memory, so that threads read it where it is. */
export function extraModel(bytes: Uint8Array, { reading, columns, trees }: ExtraForest): FittedModel {
  const { form, base } = reading;
  const ensemble = (): TreeEnsemble => ({
    reading,
    base,
    columns,
    trees: trees.flatMap((tree) => decisionTrees(tree, base.length)),
  });
  return {
    outputs: outputsOfForm(form, base.length),
    async predict(features) {
      if (features.rows === 0) return new Float64Array();
      const native = await toNativeRows(features);
      const task: ExtraPredictTask = {
        trees,
        reading,
        rows: native.rows,
        width: native.columns,
        features: native.features,
      };
      return runInPool<ExtraPredictTask, Float64Array>(worker, task);
    },
    save: async () => bytes.slice(),
    addToGraph: (graph, features) => addEnsemble(graph, ensemble(), features),
    trees: () => treesOf(ensemble()),
  };
}

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not a forest. */
export async function loadExtraTrees(bytes: Uint8Array): Promise<FittedModel> {
  return extraModel(bytes.slice(), decodeForest(bytes));
}

/** One tree a sum, of one shape: they share the arrays of the shape. */
function decisionTrees(tree: ExtraTree, sums: number): DecisionTree[] {
  if (sums === 1) return [{ ...tree, output: 0 }];
  const { left, right, value, leaves } = tree;
  return Array.from({ length: sums }, (_, output) => ({
    ...tree,
    value: value.map((number, node) => (left[node] < 0 ? leaves[right[node] * sums + output] : number)),
    output,
  }));
}
