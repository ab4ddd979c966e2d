import type { DecisionTree } from '../../contracts/estimator.ts';

/** What a walk of one tree for one row knows: which child each node's test takes, and how deep the tree is. */
export interface WalkedTree {
  tree: DecisionTree;
  depth: number;
  /** Features that the tree tests, each once. */
  features: number[];
}

/** Which feature's presence is fixed in a walk, and how; `free` fixes none. */
export type Condition = { kind: 'free' } | { kind: 'present' | 'absent'; feature: number };

export type GoesLeft = (tree: DecisionTree, node: number, row: Float64Array) => boolean;

/**
 * Shapley values of one tree for one row, exact and path-dependent: Lundberg et al. 2020, "From local explanations to
 * global understanding with explainable AI for trees", Algorithm 2, with the conditions of its interaction values.
 * A path holds, for each feature met, the share of training rows that go on where the feature is not known
 * (`zero`) and whether the row goes on (`one`); `weight` is the sum over subsets of each size.
 */
export class TreeWalk {
  private readonly feature: Int32Array;
  private readonly zero: Float64Array;
  private readonly one: Float64Array;
  private readonly weight: Float64Array;
  private readonly goesLeft: GoesLeft;
  private tree: DecisionTree;
  private row: Float64Array = new Float64Array(0);
  private effects: Float64Array = new Float64Array(0);
  private condition: Condition = { kind: 'free' };

  /** @param depth of the deepest tree that is walked. */
  constructor(anyTree: DecisionTree, depth: number, goesLeft: GoesLeft) {
    const size = ((depth + 2) * (depth + 3)) / 2;
    this.feature = new Int32Array(size);
    this.zero = new Float64Array(size);
    this.one = new Float64Array(size);
    this.weight = new Float64Array(size);
    this.goesLeft = goesLeft;
    this.tree = anyTree;
  }

  /** Adds the tree's Shapley values for `row` to `effects`, one per feature. */
  add(tree: DecisionTree, row: Float64Array, effects: Float64Array, condition: Condition): void {
    this.tree = tree;
    this.row = row;
    this.effects = effects;
    this.condition = condition;
    this.visit(0, 0, 0, 1, 1, -1, 1);
  }

  /** The path of the parent lies at `parent`; this node's copy of it follows there. */
  private visit(
    node: number,
    length: number,
    parent: number,
    zeroShare: number,
    oneShare: number,
    cameBy: number,
    fraction: number,
  ): void {
    // A child that no training row reached and this row does not take: no subset of features leads there.
    if (fraction === 0 || (zeroShare === 0 && oneShare === 0)) return;
    const start = parent + length;
    this.copy(parent, start, length);
    const { kind } = this.condition;
    const isFixed = kind !== 'free' && this.condition.feature === cameBy;
    if (!isFixed) this.extend(start, length, zeroShare, oneShare, cameBy);
    const last = isFixed ? length - 1 : length;
    if (this.tree.left[node] < 0) this.addLeaf(start, last, this.tree.value[node] * fraction);
    else this.descend(node, start, last, fraction);
  }

  private descend(node: number, start: number, last: number, fraction: number): void {
    const { left, right, cover, feature } = this.tree;
    const isLeft = this.goesLeft(this.tree, node, this.row);
    const hot = isLeft ? left[node] : right[node];
    const cold = isLeft ? right[node] : left[node];
    const hotShare = cover[node] > 0 ? cover[hot] / cover[node] : 0.5;
    const coldShare = cover[node] > 0 ? cover[cold] / cover[node] : 0.5;
    const test = feature[node];
    let zeroShare = 1;
    let oneShare = 1;
    let length = last + 1;
    const seen = this.find(start, last, test);
    if (seen >= 0) {
      zeroShare = this.zero[start + seen];
      oneShare = this.one[start + seen];
      this.unwind(start, last, seen);
      length--;
    }
    const { kind } = this.condition;
    const isFixed = kind !== 'free' && this.condition.feature === test;
    const hotFraction = isFixed && kind === 'absent' ? fraction * hotShare : fraction;
    const coldFraction = isFixed ? (kind === 'absent' ? fraction * coldShare : 0) : fraction;
    this.visit(hot, length, start, hotShare * zeroShare, oneShare, test, hotFraction);
    this.visit(cold, length, start, coldShare * zeroShare, 0, test, coldFraction);
  }

  private copy(from: number, to: number, length: number): void {
    for (let i = 0; i < length; i++) {
      this.feature[to + i] = this.feature[from + i];
      this.zero[to + i] = this.zero[from + i];
      this.one[to + i] = this.one[from + i];
      this.weight[to + i] = this.weight[from + i];
    }
  }

  private find(start: number, last: number, feature: number): number {
    for (let i = 1; i <= last; i++) if (this.feature[start + i] === feature) return i;
    return -1;
  }

  /** Lengthens the path, whose last place becomes `at`, by one feature. */
  private extend(start: number, at: number, zero: number, one: number, feature: number): void {
    const { weight } = this;
    this.feature[start + at] = feature;
    this.zero[start + at] = zero;
    this.one[start + at] = one;
    weight[start + at] = at === 0 ? 1 : 0;
    for (let i = at - 1; i >= 0; i--) {
      weight[start + i + 1] += (one * weight[start + i] * (i + 1)) / (at + 1);
      weight[start + i] = (zero * weight[start + i] * (at - i)) / (at + 1);
    }
  }

  /** Takes the feature at place `index` out of the path again. */
  private unwind(start: number, last: number, index: number): void {
    const { weight } = this;
    const one = this.one[start + index];
    const zero = this.zero[start + index];
    let next = weight[start + last];
    for (let i = last - 1; i >= 0; i--) {
      if (one !== 0) {
        const before = weight[start + i];
        weight[start + i] = (next * (last + 1)) / ((i + 1) * one);
        next = before - (weight[start + i] * zero * (last - i)) / (last + 1);
      } else weight[start + i] = (weight[start + i] * (last + 1)) / (zero * (last - i));
    }
    for (let i = index; i < last; i++) {
      this.feature[start + i] = this.feature[start + i + 1];
      this.zero[start + i] = this.zero[start + i + 1];
      this.one[start + i] = this.one[start + i + 1];
    }
  }

  private addLeaf(start: number, last: number, value: number): void {
    for (let i = 1; i <= last; i++) {
      const step = this.unwoundSum(start, last, i) * (this.one[start + i] - this.zero[start + i]);
      this.effects[this.feature[start + i]] += step * value;
    }
  }

  /** Sum of the weights that the path would have without the feature at place `index`. */
  private unwoundSum(start: number, last: number, index: number): number {
    const { weight } = this;
    const one = this.one[start + index];
    const zero = this.zero[start + index];
    let total = 0;
    if (one === 0) for (let i = last - 1; i >= 0; i--) total += weight[start + i] / (zero * (last - i));
    else {
      let next = weight[start + last];
      for (let i = last - 1; i >= 0; i--) {
        const part = next / ((i + 1) * one);
        total += part;
        next = weight[start + i] - part * zero * (last - i);
      }
    }
    return total * (last + 1);
  }
}

/** Measures a tree: its depth, and the features that it tests. */
export function measureTree(tree: DecisionTree): WalkedTree {
  const features = new Set<number>();
  let depth = 0;
  const waiting: [node: number, depth: number][] = [[0, 0]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [node, level] = next;
    depth = Math.max(depth, level);
    if (tree.left[node] < 0) continue;
    features.add(tree.feature[node]);
    waiting.push([tree.left[node], level + 1], [tree.right[node], level + 1]);
  }
  return { tree, depth, features: [...features].sort((a, b) => a - b) };
}

/** Mean of the leaves over the training rows: what the tree answers where nothing is known. */
export function expectedValue(tree: DecisionTree, node = 0): number {
  const { left, right, value, cover } = tree;
  if (left[node] < 0) return value[node];
  const shareLeft = cover[node] > 0 ? cover[left[node]] / cover[node] : 0.5;
  const shareRight = cover[node] > 0 ? cover[right[node]] / cover[node] : 0.5;
  return shareLeft * expectedValue(tree, left[node]) + shareRight * expectedValue(tree, right[node]);
}
