import type { TreeModel } from '../../contracts/estimator.ts';
import { measureTree } from './tree-paths.ts';

/** About ten seconds of one thread. */
const mostOperations = 4e9;

/**
 * How many rows TreeSHAP can explain in about ten seconds of one thread: each row costs leaves × depth² of every
 * tree, and its interactions that once more for twice each feature tested. At least ten.
 */
export function affordableRows(trees: TreeModel, withInteractions = false): number {
  let operations = 0;
  for (const tree of trees.trees) {
    const { depth, features } = measureTree(tree);
    const leaves = (tree.left.length + 1) / 2;
    operations += leaves * (depth + 1) ** 2 * (withInteractions ? 2 * features.length + 1 : 1);
  }
  return Math.max(10, Math.floor(mostOperations / Math.max(operations, 1)));
}
