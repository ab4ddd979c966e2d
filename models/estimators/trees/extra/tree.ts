import { seededRandom } from '../../../random.ts';
import type { PackedTree } from '../packed/tree.ts';
import { type Cut, drawCut, type Totals, totalsOf } from './node.ts';
import type { ExtraTask } from './protocol.ts';

interface Waiting {
  node: number;
  start: number;
  end: number;
  depth: number;
}

/**
 * Grows one tree on all rows: at each node the best of cuts that are drawn at random, one a column.
 * Reference: Geurts, Ernst and Wehenkel, Extremely randomized trees, Machine Learning 63, 2006.
 */
export function growExtraTree(task: ExtraTask): PackedTree {
  const random = seededRandom(task.seed, 'extra-trees', task.index);
  const width = task.columns.length / task.rows;
  const order = Array.from({ length: width }, (_, column) => column);
  const rows = Int32Array.from({ length: task.rows }, (_, row) => row).filter((row) => task.weights[row] > 0);
  const spare = new Int32Array(rows.length);
  const tree = emptyTree();
  const waiting: Waiting[] = [{ node: addNode(tree), start: 0, end: rows.length, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, start, end, depth } = next;
    const inNode = rows.subarray(start, end);
    const whole = totalsOf(task, inNode);
    tree.cover[node] = whole.weight;
    const isLeaf =
      whole.pure || depth >= task.growth.maxDepth || whole.weight < 2 * task.growth.minChildWeight;
    const cut = isLeaf ? undefined : drawCut(task, inNode, whole, order, random);
    if (cut === undefined) {
      setLeaf(tree, node, whole, task.growth.scale);
      continue;
    }
    const middle = start + partition(task, inNode, cut, spare);
    const [left, right] = setCut(tree, node, cut);
    waiting.push({ node: right, start: middle, end, depth: depth + 1 });
    waiting.push({ node: left, start, end: middle, depth: depth + 1 });
  }
  return packed(tree);
}

/** Puts rows that go left first, each side in its order; returns how many there are. */
function partition(task: ExtraTask, rows: Int32Array, cut: Cut, spare: Int32Array): number {
  const start = cut.feature * task.rows;
  let left = 0;
  let right = 0;
  for (const row of rows) {
    const value = task.columns[start + row];
    if (value < cut.threshold || (cut.missingLeft && Number.isNaN(value))) rows[left++] = row;
    else spare[right++] = row;
  }
  rows.set(spare.subarray(0, right), left);
  return left;
}

type GrowingTree = { [Field in Exclude<keyof PackedTree, 'output'>]: number[] };

const emptyTree = (): GrowingTree => ({
  left: [],
  right: [],
  feature: [],
  value: [],
  missingLeft: [],
  cover: [],
  leaves: [],
});

function addNode(tree: GrowingTree): number {
  tree.right.push(-1);
  tree.feature.push(0);
  tree.value.push(0);
  tree.missingLeft.push(0);
  tree.cover.push(0);
  return tree.left.push(-1) - 1;
}

function setCut(tree: GrowingTree, node: number, cut: Cut): [number, number] {
  tree.feature[node] = cut.feature;
  tree.value[node] = cut.threshold;
  tree.missingLeft[node] = cut.missingLeft ? 1 : 0;
  tree.left[node] = addNode(tree);
  tree.right[node] = addNode(tree);
  return [tree.left[node], tree.right[node]];
}

function setLeaf(tree: GrowingTree, node: number, { weight, sums }: Totals, scale: number): void {
  const outputs = Array.from(sums, (sum) => (sum / weight) * scale);
  if (outputs.length === 1) {
    tree.value[node] = outputs[0];
    return;
  }
  tree.right[node] = tree.leaves.length / outputs.length;
  tree.leaves.push(...outputs);
}

const packed = (tree: GrowingTree): PackedTree => ({
  left: Int32Array.from(tree.left),
  right: Int32Array.from(tree.right),
  feature: Int32Array.from(tree.feature),
  value: Float32Array.from(tree.value),
  missingLeft: Uint8Array.from(tree.missingLeft),
  cover: Float32Array.from(tree.cover),
  leaves: Float32Array.from(tree.leaves),
});
