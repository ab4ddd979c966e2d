import type { DecisionTree } from '../../../contracts/estimator.ts';
import type { OnnxGraph, TensorName } from '../../../contracts/onnx.ts';
import { reachableNodes, type TreeEnsemble } from './ensemble.ts';
import { addForm } from './form.ts';
import { addSets, type LaidNode, laidNode } from './layout.ts';

/**
 * Adds an ensemble as one `TreeEnsembleRegressor` (ai.onnx.ml): features (double, `[N, F]`) to the sums of
 * the leaves, and those to the predictions (double, `[N, outputs]`). libxgboost rounds features to single precision before
 * it compares, so they are cast to it and back; nodes have the form of `laidNode`. Sums are double, as in `sumLeaves`: in
 * single precision the small leaves of late rounds get lost beside the base.
 */
export function addEnsemble(graph: OnnxGraph, ensemble: TreeEnsemble, features: TensorName): TensorName {
  const { trees, base, reading, columns } = ensemble;
  const nodes = nodeColumns(trees, columns);
  const rounded = graph.cast(graph.cast(features, 'float'), 'double');
  const [sum] = graph.node(
    'TreeEnsembleRegressor',
    [addSets(graph, rounded)],
    {
      n_targets: { int: base.length },
      aggregate_function: { string: 'SUM' },
      post_transform: { string: 'NONE' },
      base_values_as_tensor: doubles(base),
      nodes_treeids: { ints: nodes.trees },
      nodes_nodeids: { ints: nodes.ids },
      nodes_featureids: { ints: nodes.columns },
      nodes_values_as_tensor: doubles(nodes.values),
      nodes_modes: { strings: nodes.modes },
      nodes_truenodeids: { ints: nodes.whenBelow },
      nodes_falsenodeids: { ints: nodes.otherwise },
      target_treeids: { ints: nodes.leafTrees },
      target_nodeids: { ints: nodes.leafIds },
      target_ids: { ints: nodes.leafOutputs },
      target_weights_as_tensor: doubles(nodes.leafValues),
    },
    { domain: 'ai.onnx.ml' },
  );
  return addForm(graph, reading.form, graph.cast(sum, 'double'), base.length);
}

const doubles = (values: number[]) => ({ doubles: values, shape: [values.length] });

function nodeColumns(trees: DecisionTree[], width: number) {
  const columns = {
    trees: [] as number[],
    ids: [] as number[],
    columns: [] as number[],
    values: [] as number[],
    modes: [] as string[],
    whenBelow: [] as number[],
    otherwise: [] as number[],
    leafTrees: [] as number[],
    leafIds: [] as number[],
    leafOutputs: [] as number[],
    leafValues: [] as number[],
  };
  // Trees that share their shape are written once, with an output of each at their leaves.
  const written = new Map<DecisionTree['left'], number>();
  for (const tree of trees) {
    const known = written.get(tree.left);
    const index = known ?? written.size;
    written.set(tree.left, index);
    for (const node of reachableNodes(tree)) {
      const isLeaf = tree.left[node] < 0;
      if (known === undefined)
        addNode(columns, index, node, isLeaf ? undefined : laidNode(tree, node, width));
      if (isLeaf) addLeaf(columns, tree, index, node);
    }
  }
  return columns;
}

function addNode(
  columns: ReturnType<typeof nodeColumns>,
  index: number,
  node: number,
  inner: LaidNode | undefined,
): void {
  columns.trees.push(index);
  columns.ids.push(node);
  columns.columns.push(inner?.column ?? 0);
  columns.values.push(inner?.threshold ?? 0);
  columns.modes.push(inner === undefined ? 'LEAF' : 'BRANCH_LT');
  columns.whenBelow.push(inner?.whenBelow ?? 0);
  columns.otherwise.push(inner?.otherwise ?? 0);
}

function addLeaf(
  columns: ReturnType<typeof nodeColumns>,
  tree: DecisionTree,
  index: number,
  node: number,
): void {
  columns.leafTrees.push(index);
  columns.leafIds.push(node);
  columns.leafOutputs.push(tree.output);
  columns.leafValues.push(tree.value[node]);
}
