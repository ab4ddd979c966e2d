import { z } from 'zod';
import type { DecisionTree, TreeModel } from '../../contracts/estimator.ts';
import type { OnnxGraph, TensorName } from '../../contracts/onnx.ts';

/** A straight line through what a regression's model says: corrected = slope · said + intercept. */
export const correctionStateSchema = z.strictObject({ slope: z.number().positive(), intercept: z.number() });
export type CorrectionState = z.infer<typeof correctionStateSchema>;

/** slope · value + intercept of each value that the model says, before the base is added. */
export const correct = ({ slope, intercept }: CorrectionState, values: Float64Array): Float64Array =>
  values.map((value) => slope * value + intercept);

/** Adds `correct`. */
export function addCorrectionToGraph(
  { slope, intercept }: CorrectionState,
  graph: OnnxGraph,
  values: TensorName,
): TensorName {
  const [scaled] = graph.node('Mul', [values, graph.constant('double', [slope], [1, 1])]);
  return graph.node('Add', [scaled, graph.constant('double', [intercept], [1, 1])])[0];
}

/** A sum of trees whose sum is corrected already, for explanations. */
export const correctTrees = ({ slope, intercept }: CorrectionState, model: TreeModel): TreeModel => ({
  ...model,
  base: model.base.map((value) => slope * value + intercept),
  trees: model.trees.map((tree) => ({ ...tree, value: scaledLeaves(tree, slope) })),
});

const scaledLeaves = ({ left, value }: DecisionTree, slope: number): Float64Array =>
  Float64Array.from(value, (number, node) => (left[node] < 0 ? slope * number : number));
