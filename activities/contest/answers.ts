import type { ArtifactStore } from '../../contracts/artifacts.ts';
import type { Frame } from '../../contracts/frame.ts';
import { classesOf, modelInputs, type PipelineSpec } from '../../contracts/pipeline.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import { type InferenceModel, openModel } from '../../inference/session.ts';
import type { Predictions } from '../../models/evaluation/predictions.ts';
import { rawColumns } from '../../models/training/columns.ts';
import { readHeads } from '../bundles.ts';

export interface Contender {
  version: string;
  onnx: ArtifactRef;
  /** Its decision weights are in there. */
  heads?: ArtifactRef;
}

/** Opens a contender's file for as long as `use` takes. */
export async function withModel<T>(
  artifacts: ArtifactStore,
  { onnx }: Pick<Contender, 'onnx'>,
  use: (model: InferenceModel) => Promise<T>,
): Promise<T> {
  const model = await openModel(await artifacts.readBytes(onnx));
  try {
    return await use(model);
  } finally {
    await model.release();
  }
}

/** A contender's decision weights, one per class; undefined where the largest probability decides. */
export const decisionWeightsOf = async (
  artifacts: ArtifactStore,
  { heads }: Pick<Contender, 'heads'>,
): Promise<number[] | undefined> => heads && (await readHeads(artifacts, heads)).decisionWeights;

/** What a contender answers for the frame's rows, by its own file. */
export async function predictionsOf(
  artifacts: ArtifactStore,
  contender: Contender,
  frame: Frame,
): Promise<Predictions> {
  const { prediction, width, interval } = await withModel(artifacts, contender, (model) => {
    const names = model.inputs.map(({ name }) => name);
    return model.answer(rawColumns(frame, names), frame.rows);
  });
  const decisionWeights = await decisionWeightsOf(artifacts, contender);
  return { values: prediction, outputs: width, interval, decisionWeights };
}

/** Why a champion cannot answer for the challenger's rows; undefined where it can. */
export function incomparable(spec: PipelineSpec, champion: PipelineSpec, frame: Frame): string | undefined {
  const missing = modelInputs(champion).filter(({ name }) => !(name in frame.columns));
  if (missing.length > 0)
    return `the champion needs columns that are gone: ${missing.map(({ name }) => name).join(', ')}`;
  const same = spec.target === champion.target && spec.task === champion.task;
  if (!same || classesOf(spec).join('\n') !== classesOf(champion).join('\n'))
    return 'the champion answers another question';
  return undefined;
}

type Schema = Pick<PipelineSpec, 'inputs' | 'columns'>;

/** What a client may send in a column. */
const acceptedBy = ({ columns }: Schema, name: string): string => {
  const column = columns[name];
  return column.kind === 'category' ? `one of ${column.values.join(', ')}` : `a ${column.kind}`;
};

/**
 * Why a challenger cannot take the champion's place without its clients: its inputs are others, of another kind or with
 * other values. Undefined where clients need not change. Their order does not matter: rows are sent by name.
 */
export function schemaChange(challenger: Schema, champion: Schema): string | undefined {
  const [ours, theirs] = [new Set(challenger.inputs), new Set(champion.inputs)];
  const added = challenger.inputs.filter((name) => !theirs.has(name));
  const gone = champion.inputs.filter((name) => !ours.has(name));
  const changed = challenger.inputs
    .filter((name) => theirs.has(name) && acceptedBy(challenger, name) !== acceptedBy(champion, name))
    .map((name) => `${name} is ${acceptedBy(challenger, name)} and was ${acceptedBy(champion, name)}`);
  const changes = [
    ...(added.length > 0 ? [`new: ${added.join(', ')}`] : []),
    ...(gone.length > 0 ? [`gone: ${gone.join(', ')}`] : []),
    ...changed,
  ];
  if (changes.length === 0) return undefined;
  return `its inputs are not the champion's (${changes.join('; ')}): a person promotes it once clients send them`;
}
