import { RelevoError } from '../../contracts/errors.ts';
import type {
  Estimator,
  FitContext,
  FittedModel,
  LabelledRows,
  Member,
  Params,
  Task,
} from '../../contracts/estimator.ts';
import type { FeatureStepSpec } from '../../contracts/features.ts';
import { candidateName, type PipelineSpec } from '../../contracts/pipeline.ts';
import { estimator as estimatorByName, parseParams } from '../estimators/index.ts';
import { applySteps, completeSteps, type FeatureStepState, fitSteps } from '../features/index.ts';
import { assemble, type Companion, type FittedCandidate, withHeads } from './candidate.ts';
import { constraintsOn } from './constraints.ts';
import type { PreparedRows } from './rows.ts';
import { taskOf } from './task.ts';
import { balancedClassWeights, weightsByClass } from './weights.ts';

export { loadCandidate, saveCandidate } from './bundle.ts';
export type { FittedCandidate };
export { withHeads };

/** What is fitted: an estimator with its parameters, behind feature steps, over members where it is an ensemble. */
export interface CandidateToFit {
  estimator: string;
  params: Params;
  /** Instead of the pipeline's. */
  steps?: FeatureStepSpec[];
  members?: Member[];
  /** Steps of the companion, for a fit without validation rows. */
  companionSteps?: number;
}
export type CandidateContext = FitContext & {
  seed: number;
  /** Whether a companion learns the quantiles of the pipeline's interval, where its method needs them. */
  withInterval?: boolean;
};
interface Sides {
  train: PreparedRows;
  validation?: PreparedRows;
}

/**
 * The pipeline's candidate of that name, with parameters in place of its own.
 * @throws RelevoError PIPELINE_INVALID where there is none.
 */
export function candidateToFit(spec: PipelineSpec, name: string, params: Params): CandidateToFit {
  const { estimator, steps, members } = candidateOf(spec, name);
  const membersToFit = members?.map((member) => {
    const { estimator, params } = candidateOf(spec, member);
    return { name: member, estimator, params };
  });
  return { estimator, params, steps, members: membersToFit };
}

function candidateOf(spec: PipelineSpec, name: string) {
  const found = spec.candidates.find((candidate) => candidateName(candidate) === name);
  if (found) return found;
  const names = spec.candidates.map(candidateName).join(', ');
  throw new RelevoError('PIPELINE_INVALID', `The pipeline "${spec.name}" has no candidate "${name}"`, {
    field: 'candidates',
    value: name,
    expected: `one of ${names}`,
  });
}

/** The parameters for a fit without validation rows, which could not stop early. */
export function withSteps(name: string, params: Params, steps: number | undefined): Params {
  const { stepsParam } = estimatorByName(name);
  return stepsParam && steps !== undefined ? { ...params, [stepsParam]: steps } : params;
}

/**
 * Fits the feature steps, then the estimator, on the residual or the classes of the training rows, and where the
 * interval needs it a companion for its quantiles. The result has no heads yet.
 * @throws RelevoError PIPELINE_INVALID where a parameter, step or constraint is wrong, and what `Estimator.fit` throws.
 */
export async function fitCandidate(
  spec: PipelineSpec,
  candidate: CandidateToFit,
  set: Sides,
  context: CandidateContext,
): Promise<FittedCandidate> {
  const task = taskOf(spec);
  const { estimator, params } = candidate;
  const { steps, model } = await fitModel(spec, candidate, task, set, context);
  try {
    const companion = await fitCompanion(spec, candidate, set, context);
    return assemble({
      estimator,
      params,
      features: set.train.features.names,
      steps,
      model,
      companion,
      heads: {},
      task,
    });
  } catch (error) {
    model.dispose?.();
    throw error;
  }
}

async function fitModel(
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
  const weightsOf = rowWeights(spec, task, train);
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
function rowWeights(
  spec: PipelineSpec,
  task: Task,
  train: PreparedRows,
): (rows: PreparedRows) => Float64Array | undefined {
  if (spec.weights !== 'balanced' || task.kind !== 'classification') return ({ weights }) => weights;
  const classWeights = balancedClassWeights(train, task.classes);
  return (rows) => weightsByClass(rows, classWeights);
}

/** Learns quantiles where the candidate's own estimator cannot. */
const quantileEstimator = 'xgboost';

async function fitCompanion(
  spec: PipelineSpec,
  candidate: CandidateToFit,
  set: Sides,
  context: CandidateContext,
): Promise<Companion | undefined> {
  const { interval } = spec;
  if (!context.withInterval || interval?.method !== 'quantile') return undefined;
  const canItself = learnsQuantiles(estimatorByName(candidate.estimator));
  const learner = canItself
    ? candidate
    : { estimator: quantileEstimator, params: {}, steps: candidate.steps };
  const params = withSteps(learner.estimator, learner.params, candidate.companionSteps);
  const tail = (1 - interval.level) / 2;
  const task: Task = { kind: 'quantile', levels: [tail, 1 - tail] };
  // The checkpoints and the pruner are the candidate's own.
  const { threads, signal, seed } = context;
  const fitted = await fitModel(spec, { ...learner, params }, task, set, { threads, signal, seed });
  return { estimator: learner.estimator, ...fitted };
}

const learnsQuantiles = ({ tasks }: Estimator): boolean => tasks.includes('quantile');
