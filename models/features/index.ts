import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import type { FeatureStepSpec } from '../../contracts/features.ts';
import type { Matrix } from '../../contracts/frame.ts';
import type { OnnxGraph, TensorName } from '../../contracts/onnx.ts';
import { impute, imputeStateSchema } from './impute.ts';
import { interactions, interactionsStateSchema } from './interactions.ts';
import { oneHot, oneHotStateSchema } from './one-hot.ts';
import { pca, pcaStateSchema } from './pca.ts';
import { scale, scaleStateSchema } from './scale.ts';
import { select, selectStateSchema } from './select.ts';
import type { FeatureStep, StepContext } from './step.ts';
import { targetEncode, targetEncodeStateSchema } from './target-encode.ts';

const stateOf = <Name extends FeatureStepSpec['step'], State extends z.ZodType>(step: Name, state: State) =>
  z.strictObject({ step: z.literal(step), state });

export const featureStepStateSchema = z.discriminatedUnion('step', [
  stateOf('impute', imputeStateSchema),
  stateOf('scale', scaleStateSchema),
  stateOf('one-hot', oneHotStateSchema),
  stateOf('target-encode', targetEncodeStateSchema),
  stateOf('interactions', interactionsStateSchema),
  stateOf('pca', pcaStateSchema),
  stateOf('select', selectStateSchema),
]);
/** A fitted step, JSON-safe. */
export type FeatureStepState = z.infer<typeof featureStepStateSchema>;

const featureSteps = {
  impute,
  scale,
  'one-hot': oneHot,
  'target-encode': targetEncode,
  interactions,
  pca,
  select,
};
const stepOf = (name: FeatureStepSpec['step']) => featureSteps[name] as FeatureStep<unknown, unknown>;

/** The steps, and at their end those that the estimator needs and the list does not have for all columns. */
export function completeSteps(steps: FeatureStepSpec[], needs: Estimator['needs']): FeatureStepSpec[] {
  const has = (name: FeatureStepSpec['step']): boolean =>
    steps.some(({ step, columns }) => step === name && columns === undefined);
  const completed = [...steps];
  if (needs.complete && !has('impute'))
    completed.push({ step: 'impute', strategy: 'median', value: 0, flag: false });
  if (needs.scaled && !has('scale')) completed.push({ step: 'scale', method: 'standard' });
  return completed;
}

/**
 * Fits each step on the training rows as the steps before it left them.
 * @returns `features`: what the estimator trains on; where a step encodes the target, each row without its own.
 * @throws RelevoError PIPELINE_INVALID where a step cannot serve the columns.
 */
export async function fitSteps(
  steps: FeatureStepSpec[],
  train: Matrix,
  context: StepContext,
): Promise<{ steps: FeatureStepState[]; features: Matrix }> {
  const fitted: FeatureStepState[] = [];
  let features = train;
  for (const wanted of steps) {
    const spec = withoutDropped(wanted, fitted);
    if (spec === undefined) continue;
    const step = stepOf(spec.step);
    const { state, features: own } = await step.fit(spec, features, context);
    features = own ?? (await step.apply(state, features));
    fitted.push({ step: spec.step, state } as FeatureStepState);
  }
  return { steps: fitted, features };
}

/** What selection drops depends on the rows, so a later step does without it; undefined where nothing is left for it. */
function withoutDropped(spec: FeatureStepSpec, fitted: FeatureStepState[]): FeatureStepSpec | undefined {
  const dropped = new Set(
    fitted.flatMap((step) => (step.step === 'select' ? step.state.reasons.map(({ name }) => name) : [])),
  );
  const columns = spec.columns?.filter((name) => !dropped.has(name));
  return columns?.length === 0 ? undefined : { ...spec, columns };
}

/** The features as the fitted steps change them. */
export async function applySteps(steps: FeatureStepState[], features: Matrix): Promise<Matrix> {
  let matrix = features;
  for (const { step, state } of steps) matrix = await stepOf(step).apply(state, matrix);
  return matrix;
}

/** Adds `applySteps`: from the matrix that the first step starts from to the one that the estimator sees. */
export const addStepsToGraph = (
  steps: FeatureStepState[],
  graph: OnnxGraph,
  features: TensorName,
): TensorName =>
  steps.reduce((tensor, { step, state }) => stepOf(step).addToGraph(state, graph, tensor), features);
