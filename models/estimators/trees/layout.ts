import type { DecisionTree } from '../../../contracts/estimator.ts';
import type { OnnxGraph, TensorName } from '../../../contracts/onnx.ts';

/** An inner node as a file has it. */
export interface LaidNode {
  /** Of the sets of `addSets`, one after the other. */
  column: number;
  threshold: number;
  whenBelow: number;
  otherwise: number;
}

/**
 * What laid nodes ask about: features, their negatives, and both again with what is missing as −∞, which is below
 * every threshold. One tensor of doubles, `[N, 4 · features]`.
 */
export function addSets(graph: OnnxGraph, features: TensorName): TensorName {
  const [negatives] = graph.node('Neg', [features]);
  const [isMissing] = graph.node('IsNaN', [features]);
  const lowest = graph.constant('double', [Number.NEGATIVE_INFINITY], [1, 1]);
  const [known] = graph.node('Where', [isMissing, lowest, features]);
  const [knownNegatives] = graph.node('Where', [isMissing, lowest, negatives]);
  const sets = [features, negatives, known, knownNegatives];
  return graph.node('Concat', sets, { axis: { int: 1 } })[0];
}

/**
 * An inner node in the form that onnxruntime walks fastest. The child that more training rows took is `otherwise`: that
 * one is kept beside its parent, so that most rows go through memory in its order. Where it is the lower one, the node
 * asks about the negative of the feature: x < t fails exactly where −x ≤ −t, which is −x below the number after −t. And
 * no node says where missing values go, which would be looked up at every step: NaN is below nothing and goes
 * `otherwise`, −∞ the other way.
 * @param width features of the ensemble.
 */
export function laidNode(tree: DecisionTree, node: number, width: number): LaidNode {
  const { left, right, feature, value, missingLeft, cover } = tree;
  const isTurned = cover[left[node]] > cover[right[node]];
  const isMissingBelow = (missingLeft[node] === 1) !== isTurned;
  const column = feature[node] + (isTurned ? width : 0) + (isMissingBelow ? 2 * width : 0);
  return isTurned
    ? { column, threshold: numberAfter(-value[node]), whenBelow: right[node], otherwise: left[node] }
    : { column, threshold: value[node], whenBelow: left[node], otherwise: right[node] };
}

const bits = new DataView(new ArrayBuffer(8));

/** The least double above a finite one. */
export function numberAfter(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}
