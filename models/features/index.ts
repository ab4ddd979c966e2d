import type { Estimator } from '../../contracts/estimator.ts';
import type { Matrix } from '../../contracts/frame.ts';
import type { OnnxGraph, TensorName } from '../../contracts/onnx.ts';
import { type ImputeState, impute } from './impute.ts';
import { type ScaleState, scale } from './scale.ts';
import type { FeatureStep } from './step.ts';

/** A fitted step, JSON-safe. */
export type FeatureStepState = { step: 'impute'; state: ImputeState } | { step: 'scale'; state: ScaleState };

/** Every step, in the order in which they are fitted and applied. */
export const featureSteps = { impute, scale };

const stepOf = (name: FeatureStepState['step']) => featureSteps[name] as FeatureStep<unknown>;

/** The names of the steps that an estimator needs. */
export function neededSteps(needs: Estimator['needs']): FeatureStepState['step'][] {
  return [...(needs.complete ? (['impute'] as const) : []), ...(needs.scaled ? (['scale'] as const) : [])];
}

/** Fits each step on the training rows as the steps before it left them. */
export async function fitSteps(
  names: FeatureStepState['step'][],
  train: Matrix,
): Promise<{ steps: FeatureStepState[]; features: Matrix }> {
  const steps: FeatureStepState[] = [];
  let features = train;
  for (const name of names) {
    const state = await stepOf(name).fit(features);
    features = await stepOf(name).apply(state, features);
    steps.push({ step: name, state } as FeatureStepState);
  }
  return { steps, features };
}

export async function applySteps(steps: FeatureStepState[], features: Matrix): Promise<Matrix> {
  let matrix = features;
  for (const { step, state } of steps) matrix = await stepOf(step).apply(state, matrix);
  return matrix;
}

export const addStepsToGraph = (
  steps: FeatureStepState[],
  graph: OnnxGraph,
  features: TensorName,
): TensorName =>
  steps.reduce((tensor, { step, state }) => stepOf(step).addToGraph(state, graph, tensor), features);
