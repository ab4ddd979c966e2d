import type { FittedModel, LabelledRows, Task } from '../../contracts/estimator.ts';
import type { ClassWeights, PipelineSpec } from '../../contracts/pipeline.ts';
import { estimator as estimatorByName, parseParams } from '../estimators/index.ts';
import { applySteps, completeSteps, type FeatureStepState, fitSteps } from '../features/index.ts';
import type { CandidateContext, CandidateToFit } from './candidate.ts';
import { constraintsOn } from './constraints.ts';
import type { PreparedRows } from './rows.ts';
import { balancedClassWeights, weightsByClass } from './weights.ts';

export interface Sides {
  train: PreparedRows;
  /** Where given, estimators that grow in steps stop early on it. */
  validation?: PreparedRows;
}

/** Fits the steps of a candidate, those that its estimator needs, and the estimator behind them. */
export async function fitModel(
  spec: PipelineSpec,
  candidate: CandidateToFit,
  task: Task,
  { train, validation }: Sides,
  context: CandidateContext,
): Promise<{ steps: FeatureStepState[]; model: FittedModel }> {
  const estimator = estimatorByName(candidate.estimator);
  const params = parseParams(estimator, candidate.params);
  const wanted = completeSteps(candidate.steps ?? spec.steps, estimator.needs);
  const { seed } = context;
  const { steps, features } = await fitSteps(wanted, train.features, { target: train.residual, task, seed });
  const weightsOf = rowWeights(candidate.weights ?? spec.weights, task, train);
  const validationRows: LabelledRows | undefined = validation && {
    features: await applySteps(steps, validation.features),
    target: validation.residual,
    weights: weightsOf(validation),
  };
  const model = await estimator.fit(
    {
      params,
      train: { features, target: train.residual, weights: weightsOf(train) },
      validation: validationRows,
      seed,
      task,
      constraints: constraintsOn(spec.constraints, steps, features.names),
      members: candidate.members,
    },
    context,
  );
  return { steps, model };
}

/** Classes weigh on the validation rows what they weigh on the training rows, so that both losses are of one kind. */
export function rowWeights(
  classWeights: ClassWeights,
  task: Task,
  train: PreparedRows,
): (rows: PreparedRows) => Float64Array | undefined {
  if (classWeights !== 'balanced' || task.kind !== 'classification') return ({ weights }) => weights;
  const balanced = balancedClassWeights(train, task.classes);
  return (rows) => weightsByClass(rows, balanced);
}
