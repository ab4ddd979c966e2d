import type { DecisionTree, TreeModel } from '../../contracts/estimator.ts';
import { expectedValue, type GoesLeft, measureTree, TreeWalk, type WalkedTree } from './tree-paths.ts';

export interface TreeShapTask {
  kind: 'values' | 'interactions';
  model: TreeModel;
  /** Row-major, `width` features per row. */
  data: Float64Array;
  width: number;
}

export interface TreeShapAnswer {
  /** rows × outputs × F, or rows × outputs × F × F. */
  effects: Float64Array;
  /** Mean of each output's sum over the training rows. */
  base: Float64Array;
}

/** Entry of a pool thread: effects of each row of the task. */
export default function treeShap(task: TreeShapTask): TreeShapAnswer {
  const base = Float64Array.from(task.model.base);
  for (const tree of task.model.trees) base[tree.output] += expectedValue(tree);
  return { effects: explain(task), base };
}

function explain({ kind, model, data, width }: TreeShapTask): Float64Array {
  const trees = model.trees.map(measureTree);
  const outputs = model.base.length;
  const size = kind === 'values' ? width : width * width;
  const rows = width === 0 ? 0 : data.length / width;
  const effects = new Float64Array(rows * outputs * size);
  if (trees.length === 0) return effects;
  const depth = trees.reduce((deepest, tree) => Math.max(deepest, tree.depth), 0);
  const walk = new TreeWalk(trees[0].tree, depth, goesLeft(model));
  const scratch = Array.from({ length: 3 }, () => new Float64Array(width));
  for (let row = 0; row < rows; row++) {
    const features = rowOf(data, row, width, model.singlePrecision);
    for (const tree of trees) {
      const start = (row * outputs + tree.tree.output) * size;
      const target = effects.subarray(start, start + size);
      if (kind === 'values') walk.add(tree.tree, features, target, { kind: 'free' });
      else addInteractions(walk, tree, features, target, scratch);
    }
  }
  return effects;
}

/**
 * Half of what each feature's presence changes in the other's effect, both ways; what is left of a feature's own
 * effect stands on the diagonal, so that a row of the table adds up to the feature's Shapley value.
 */
function addInteractions(
  walk: TreeWalk,
  { tree, features }: WalkedTree,
  row: Float64Array,
  table: Float64Array,
  [alone, present, absent]: Float64Array[],
): void {
  const width = row.length;
  alone.fill(0);
  walk.add(tree, row, alone, { kind: 'free' });
  for (const feature of features) {
    present.fill(0);
    absent.fill(0);
    walk.add(tree, row, present, { kind: 'present', feature });
    walk.add(tree, row, absent, { kind: 'absent', feature });
    const own = feature * width + feature;
    table[own] += alone[feature];
    for (const other of features) {
      if (other === feature) continue;
      const half = (present[other] - absent[other]) / 2;
      table[feature * width + other] += half;
      table[own] -= half;
    }
  }
}

function rowOf(data: Float64Array, row: number, width: number, singlePrecision: boolean): Float64Array {
  const features = data.subarray(row * width, (row + 1) * width);
  return singlePrecision ? features.map(Math.fround) : features;
}

function goesLeft({ comparison }: TreeModel): GoesLeft {
  const isBelow = comparison === 'below';
  return ({ feature, value, missingLeft }: DecisionTree, node, row) => {
    const x = row[feature[node]];
    if (Number.isNaN(x)) return missingLeft[node] === 1;
    return isBelow ? x < value[node] : x <= value[node];
  };
}
