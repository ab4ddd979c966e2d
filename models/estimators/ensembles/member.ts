import { z } from 'zod';
import { RelevoError } from '../../../contracts/errors.ts';
import type {
  Estimator,
  FitContext,
  FitInput,
  FittedModel,
  Member,
  Params,
} from '../../../contracts/estimator.ts';
import type { Matrix } from '../../../contracts/frame.ts';
import type { OnnxGraph, TensorName } from '../../../contracts/onnx.ts';
import {
  addStepsToGraph,
  applySteps,
  completeSteps,
  type FeatureStepState,
  featureStepStateSchema,
  fitSteps,
} from '../../features/index.ts';
import { seededRandom } from '../../random.ts';
import { checkTask } from '../checks.ts';
import { type EstimatorByName, parseParams } from '../params.ts';
import { hideRows } from './rows.ts';

/** A model of an ensemble behind the steps that it needs. */
export interface FittedMember {
  name: string;
  estimator: string;
  steps: FeatureStepState[];
  model: FittedModel;
}

/** What a member learns from: the ensemble's own input, whatever its parameters. */
export type MemberInput = Omit<FitInput<unknown>, 'params' | 'members'>;

/** What a member may use: how far the whole is, the ensemble says itself. */
export const memberContext = ({ threads, signal }: FitContext): FitContext => ({ threads, signal });

/** @throws RelevoError PIPELINE_INVALID where an ensemble has nothing to be made of. */
export function membersOf(ensemble: string, members: Member[] | undefined): Member[] {
  if (members !== undefined && members.length > 0) return members;
  throw new RelevoError('PIPELINE_INVALID', `The estimator "${ensemble}" has no members`, {
    field: 'members',
    expected: 'names of other candidates',
  });
}

/**
 * Fits a member with the number of steps that early stopping finds on the validation rows. Without any, and where
 * the member's parameters do not say how many, a tenth of the rows is hidden to find it first.
 */
export async function fitMember(
  byName: EstimatorByName,
  member: Member,
  input: MemberInput,
  context: FitContext,
): Promise<FittedMember> {
  const estimator = byName(member.estimator);
  checkTask(estimator.name, estimator.tasks, input.task);
  const seed = seededRandom(input.seed, 'member', member.name).integer(2 ** 31 - 1);
  const own = { ...input, seed };
  const { stepsParam } = estimator;
  const unknownSteps = stepsParam !== undefined && member.params[stepsParam] === undefined;
  if (input.validation !== undefined || !unknownSteps) return fitBehindSteps(estimator, member, own, context);
  const hidden = hideRows(input.train, input.task, seed);
  if (hidden === undefined) return fitBehindSteps(estimator, member, own, context);
  const trial = await fitBehindSteps(estimator, member, { ...own, ...hidden }, context);
  const params = withSteps(estimator, member.params, trial.model);
  trial.model.dispose?.();
  return fitBehindSteps(estimator, { ...member, params }, own, context);
}

/** The parameters with as many steps as a fit kept. */
export const withSteps = ({ stepsParam }: Estimator, params: Params, { steps }: FittedModel): Params =>
  stepsParam === undefined || steps === undefined ? params : { ...params, [stepsParam]: steps };

async function fitBehindSteps(
  estimator: Estimator,
  { name, params }: Member,
  input: MemberInput,
  context: FitContext,
): Promise<FittedMember> {
  const { train, validation, task, seed } = input;
  const { steps, features } = await fitSteps(completeSteps([], estimator.needs), train.features, {
    target: train.target,
    task,
    seed,
  });
  const model = await estimator.fit(
    {
      ...input,
      params: parseParams(estimator, params),
      train: { ...train, features },
      validation: validation && {
        ...validation,
        features: await applySteps(steps, validation.features),
      },
    },
    context,
  );
  return { name, estimator: estimator.name, steps, model };
}

/** A member's predictions, row-major, behind its own feature steps. */
export const predictMember = async (
  { steps, model }: FittedMember,
  features: Matrix,
): Promise<Float64Array> => model.predict(await applySteps(steps, features));

/** What the member predicts, in the graph as `predictMember` has it in memory. */
export const addMember = (
  graph: OnnxGraph,
  { steps, model }: FittedMember,
  features: TensorName,
): TensorName => model.addToGraph(graph, addStepsToGraph(steps, graph, features));

export const savedMemberSchema = z.strictObject({
  name: z.string(),
  estimator: z.string(),
  steps: z.array(featureStepStateSchema),
});

/** What `loadMember` needs beside the model's own bytes. */
export const savedMember = ({ name, estimator, steps }: FittedMember): z.infer<typeof savedMemberSchema> => ({
  name,
  estimator,
  steps,
});

/** @throws RelevoError ARTIFACT_CORRUPT. */
export const loadMember = async (
  byName: EstimatorByName,
  saved: z.infer<typeof savedMemberSchema>,
  bytes: Uint8Array,
): Promise<FittedMember> => ({ ...saved, model: await byName(saved.estimator).load(bytes) });
