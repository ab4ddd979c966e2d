import type { DecisionTree } from '../../../contracts/estimator.ts';

/** An inner node as a file has it. */
export interface LaidNode {
  /** Of the features followed by their negatives. */
  column: number;
  threshold: number;
  whenBelow: number;
  otherwise: number;
  /** 1 where a missing value goes the way of `whenBelow`. */
  missingBelow: number;
}

/**
 * An inner node with the child that more training rows took as `otherwise`: onnxruntime keeps that child beside its
 * parent, so that most rows walk through memory in its order. Where it is the lower one, the node asks about the
 * negative of the feature: x < t fails exactly where −x ≤ −t, which is −x below the number after −t.
 * @param width features of the ensemble.
 */
export function laidNode(tree: DecisionTree, node: number, width: number): LaidNode {
  const { left, right, feature, value, missingLeft, cover } = tree;
  if (cover[left[node]] <= cover[right[node]])
    return {
      column: feature[node],
      threshold: value[node],
      whenBelow: left[node],
      otherwise: right[node],
      missingBelow: missingLeft[node],
    };
  return {
    column: width + feature[node],
    threshold: numberAfter(-value[node]),
    whenBelow: right[node],
    otherwise: left[node],
    missingBelow: 1 - missingLeft[node],
  };
}

const bits = new DataView(new ArrayBuffer(8));

/** The least double above a finite one. */
export function numberAfter(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}
