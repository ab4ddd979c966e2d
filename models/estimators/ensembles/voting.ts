import { z } from 'zod';
import { RelevoError } from '../../../contracts/errors.ts';
import {
  type FitContext,
  type FitInput,
  type FittedModel,
  type Member,
  outputsOf,
  PrunedError,
} from '../../../contracts/estimator.ts';
import type { Matrix } from '../../../contracts/frame.ts';
import type { OnnxGraph, TensorName } from '../../../contracts/onnx.ts';
import { checkRows } from '../checks.ts';
import { corrupt, pack, unpack } from '../pack.ts';
import type { EstimatorByName } from '../params.ts';
import { scored } from '../score.ts';
import {
  addMember,
  type FittedMember,
  fitMember,
  loadMember,
  memberContext,
  membersOf,
  predictMember,
  savedMember,
  savedMemberSchema,
} from './member.ts';

/** See `Estimator.fit`. */
export async function fitVoting(
  byName: EstimatorByName,
  { params, members: given, ...input }: FitInput<{ weights: string }>,
  context: FitContext,
): Promise<FittedModel> {
  checkRows(input.train, input.task);
  const members = membersOf('voting', given);
  const shares = sharesOf(params.weights, members);
  const fitted: FittedMember[] = [];
  for (const member of members) {
    fitted.push(await fitMember(byName, member, input, memberContext(context)));
    if (context.onStep?.(fitted.length, members.length, undefined) === 'prune')
      throw new PrunedError(fitted.length, Number.NaN);
  }
  return scored(votingModel(fitted, shares, outputsOf(input.task)), input.task, input.validation);
}

/** Weights that add up to 1. */
function sharesOf(text: string, members: Member[]): number[] {
  const weights = text === '' ? members.map(() => 1) : text.split(' ').map(Number);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (weights.length === members.length && total > 0) return weights.map((weight) => weight / total);
  const expected = `${members.length} numbers, for ${members.map(({ name }) => name).join(', ')}, not all 0`;
  throw new RelevoError('PIPELINE_INVALID', `Wrong parameters of voting: weights needs ${expected}`, {
    field: 'params.weights',
    value: text,
    expected,
  });
}

function votingModel(members: FittedMember[], shares: number[], outputs: number): FittedModel {
  return {
    outputs,
    predict: (features) => predict(members, shares, features, outputs),
    save: async () => {
      const header: z.infer<typeof headerSchema> = { outputs, shares, members: members.map(savedMember) };
      return pack(header, await Promise.all(members.map(({ model }) => model.save())));
    },
    addToGraph: (graph, features) => addVoting(graph, members, shares, features),
    diagnostics: { shares: Object.fromEntries(members.map(({ name }, i) => [name, shares[i]])) },
    dispose() {
      for (const { model } of members) model.dispose?.();
    },
  };
}

async function predict(members: FittedMember[], shares: number[], features: Matrix, outputs: number) {
  const mean = new Float64Array(features.rows * outputs);
  for (const [m, member] of members.entries()) {
    const predicted = await predictMember(member, features);
    for (let i = 0; i < mean.length; i++) mean[i] += shares[m] * predicted[i];
  }
  return mean;
}

function addVoting(
  graph: OnnxGraph,
  members: FittedMember[],
  shares: number[],
  features: TensorName,
): TensorName {
  const weighted = members.map((member, m) => {
    const predicted = addMember(graph, member, features);
    return graph.node('Mul', [predicted, graph.constant('double', [shares[m]], [1, 1])])[0];
  });
  return weighted.reduce((sum, next) => graph.node('Add', [sum, next])[0]);
}

const headerSchema = z.strictObject({
  outputs: z.number().int().min(1),
  shares: z.array(z.number()).min(1),
  members: z.array(savedMemberSchema).min(1),
});
const what = 'saved vote';

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not a saved vote. */
export async function loadVoting(byName: EstimatorByName, bytes: Uint8Array): Promise<FittedModel> {
  const { header, parts } = unpack(bytes, headerSchema, what);
  const { members, shares, outputs } = header;
  if (parts.length !== members.length || shares.length !== members.length) throw corrupt(what);
  const loaded = await Promise.all(members.map((member, i) => loadMember(byName, member, parts[i])));
  return votingModel(loaded, shares, outputs);
}
