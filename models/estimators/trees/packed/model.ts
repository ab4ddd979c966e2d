import type { DecisionTree, FittedModel } from '../../../../contracts/estimator.ts';
import { runInPool } from '../../../pool.ts';
import { type TreeEnsemble, treesOf } from '../ensemble.ts';
import { outputsOfForm } from '../form.ts';
import { addEnsemble } from '../onnx.ts';
import { toNativeRows } from '../rows.ts';
import type { PackedForest, PackedPredictTask, PackedTree } from './tree.ts';

const worker = new URL('./predict.worker.ts', import.meta.url);

/** @param bytes the native form, in which it is saved. */
export function packedModel(bytes: Uint8Array, { reading, columns, trees }: PackedForest): FittedModel {
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
      const task: PackedPredictTask = {
        trees,
        reading,
        rows: native.rows,
        width: native.columns,
        features: native.features,
      };
      return runInPool<PackedPredictTask, Float64Array>(worker, task);
    },
    save: async () => bytes.slice(),
    addToGraph: (graph, features) => addEnsemble(graph, ensemble(), features),
    trees: () => treesOf(ensemble()),
  };
}

/** One tree a sum, of one shape: they share the arrays of the shape. */
function decisionTrees(tree: PackedTree, sums: number): DecisionTree[] {
  const single = sums === 1 ? 0 : tree.output;
  if (single !== undefined) return [{ ...tree, output: single }];
  const { left, right, value, leaves } = tree;
  return Array.from({ length: sums }, (_, output) => ({
    ...tree,
    value: value.map((number, node) => (left[node] < 0 ? leaves[right[node] * sums + output] : number)),
    output,
  }));
}
