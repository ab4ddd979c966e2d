import { z } from 'zod';
import {
  type FitContext,
  type FitInput,
  type FittedModel,
  type LabelledRows,
  type Member,
  PrunedError,
  type Task,
} from '../../../contracts/estimator.ts';
import type { Matrix } from '../../../contracts/frame.ts';
import type { OnnxGraph, TensorName } from '../../../contracts/onnx.ts';
import { joinNumbers } from '../../../inference/joined.ts';
import { checkRows, checkTask, refuseConstraints } from '../checks.ts';
import { corrupt, pack, unpack } from '../pack.ts';
import type { EstimatorByName } from '../params.ts';
import { scored } from '../score.ts';
import {
  addMember,
  type FittedMember,
  fitMember,
  loadMember,
  type MemberInput,
  memberContext,
  membersOf,
  predictMember,
  savedMember,
  savedMemberSchema,
  withSteps,
} from './member.ts';
import { dealFolds, takeRows } from './rows.ts';

/** What learns from the members' predictions. */
export const metaOf = (task: Task): Member => ({
  name: 'meta',
  estimator: task.kind === 'classification' ? 'logistic' : 'ridge',
  params: {},
});

/** See `Estimator.fit`. */
export async function fitStacking(
  byName: EstimatorByName,
  { params, members: given, ...input }: FitInput<{ folds: number }>,
  context: FitContext,
): Promise<FittedModel> {
  checkTask('stacking', ['regression', 'classification'], input.task);
  refuseConstraints('stacking', input.constraints);
  checkRows(input.train, input.task);
  const members = membersOf('stacking', given);
  const inner = memberContext(context);
  const folds = dealFolds(input.train, input.task, params.folds, input.seed);
  const advance = progress(context, members.length * (folds.length + 1) + 1);

  const fitted: FittedMember[] = [];
  for (const member of members) {
    fitted.push(await fitMember(byName, member, input, inner));
    advance();
  }
  const known = members.map((member, m) => ({
    ...member,
    params: withSteps(byName(member.estimator), member.params, fitted[m].model),
  }));
  const opinions: LabelledRows[] = [];
  for (const { train, test } of folds) {
    const part = { ...input, train: takeRows(input.train, train) };
    const rows = takeRows(input.train, test);
    opinions.push({ ...rows, features: await unseen(byName, known, part, rows.features, inner, advance) });
  }
  // One row cannot be left out: then the members' own predictions have to do.
  if (folds.length === 0)
    opinions.push({ ...input.train, features: await opinionsOf(fitted, input.train.features, input.task) });
  const { task, seed } = input;
  const meta = await fitMember(byName, metaOf(task), { train: joined(opinions), task, seed }, inner);
  advance();
  return scored(stackingModel(fitted, meta, task), task, input.validation);
}

/** Says that one more fit is done. */
function progress({ onStep }: FitContext, total: number): () => void {
  let done = 0;
  return () => {
    done += 1;
    if (onStep?.(done, total, undefined) === 'prune') throw new PrunedError(done, Number.NaN);
  };
}

/** What members say of rows that they had not seen. */
async function unseen(
  byName: EstimatorByName,
  members: Member[],
  input: MemberInput,
  rows: Matrix,
  context: FitContext,
  advance: () => void,
): Promise<Matrix> {
  const fitted: FittedMember[] = [];
  try {
    for (const member of members) {
      fitted.push(await fitMember(byName, member, input, context));
      advance();
    }
    return await opinionsOf(fitted, rows, input.task);
  } finally {
    for (const { model } of fitted) model.dispose?.();
  }
}

/** Less than this counts as this: the logarithm of 0 would outweigh all other members. */
const leastProbability = 1e-6;

/** The meta model's features: predictions of numbers, logarithms of probabilities. */
export async function opinionsOf(
  members: FittedMember[],
  features: Matrix,
  task: Pick<Task, 'kind'>,
): Promise<Matrix> {
  const predicted = await Promise.all(members.map((member) => predictMember(member, features)));
  const names = members.flatMap(({ name, model }) =>
    Array.from({ length: model.outputs }, (_, k) => `${name}:${k}`),
  );
  const outputs = names.length / members.length;
  const data = new Float64Array(features.rows * names.length);
  for (let i = 0; i < data.length; i++) {
    const column = i % names.length;
    const cell = Math.floor(i / names.length) * outputs + (column % outputs);
    const opinion = predicted[Math.floor(column / outputs)][cell];
    data[i] = task.kind === 'classification' ? Math.log(Math.max(opinion, leastProbability)) : opinion;
  }
  return { rows: features.rows, names, data };
}

/** Rows of the same columns, one part after another. */
export function joined(parts: LabelledRows[]): LabelledRows {
  const columns = (read: (part: LabelledRows) => Float64Array): Float64Array => joinNumbers(parts.map(read));
  const [{ features, weights }] = parts;
  return {
    features: {
      rows: parts.reduce((sum, part) => sum + part.features.rows, 0),
      names: features.names,
      data: columns((part) => part.features.data),
    },
    target: columns(({ target }) => target),
    weights: weights && columns((part) => part.weights ?? new Float64Array()),
  };
}

/** Members, and the model that has learnt what to make of their opinions. */
export function stackingModel(
  members: FittedMember[],
  meta: FittedMember,
  task: Pick<Task, 'kind'>,
): FittedModel {
  const { outputs } = meta.model;
  return {
    outputs,
    predict: async (features) => predictMember(meta, await opinionsOf(members, features, task)),
    save: async () => {
      const all = [...members, meta];
      const header: z.infer<typeof headerSchema> = {
        kind: task.kind === 'classification' ? 'classification' : 'regression',
        members: members.map(savedMember),
        meta: savedMember(meta),
      };
      return pack(header, await Promise.all(all.map(({ model }) => model.save())));
    },
    addToGraph: (graph, features) => addStacking(graph, members, meta, task, features),
    dispose() {
      for (const { model } of [...members, meta]) model.dispose?.();
    },
  };
}

function addStacking(
  graph: OnnxGraph,
  members: FittedMember[],
  meta: FittedMember,
  task: Pick<Task, 'kind'>,
  features: TensorName,
): TensorName {
  const predicted = members.map((member) => addMember(graph, member, features));
  const [opinions] =
    predicted.length === 1 ? predicted : graph.node('Concat', predicted, { axis: { int: 1 } });
  if (task.kind !== 'classification') return addMember(graph, meta, opinions);
  const [clipped] = graph.node('Max', [opinions, graph.constant('double', [leastProbability], [1, 1])]);
  return addMember(graph, meta, graph.node('Log', [clipped])[0]);
}

const headerSchema = z.strictObject({
  kind: z.enum(['regression', 'classification']),
  members: z.array(savedMemberSchema).min(1),
  meta: savedMemberSchema,
});
const what = 'saved stack';

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not a saved stack. */
export async function loadStacking(byName: EstimatorByName, bytes: Uint8Array): Promise<FittedModel> {
  const { header, parts } = unpack(bytes, headerSchema, what);
  const { members, meta, kind } = header;
  if (parts.length !== members.length + 1) throw corrupt(what);
  const loaded = await Promise.all(
    [...members, meta].map((member, i) => loadMember(byName, member, parts[i])),
  );
  return stackingModel(loaded.slice(0, -1), loaded[members.length], { kind });
}
