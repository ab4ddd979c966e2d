import { z } from 'zod';
import { RelevoError } from '../../../contracts/errors.ts';
import {
  type FitContext,
  type FitInput,
  type FittedModel,
  type LabelledRows,
  type Member,
  PrunedError,
} from '../../../contracts/estimator.ts';
import type { Matrix } from '../../../contracts/frame.ts';
import type { OnnxGraph, TensorName } from '../../../contracts/onnx.ts';
import { quantile } from '../../quantile.ts';
import { checkRows, refuseConstraints } from '../checks.ts';
import { corrupt, pack, unpack } from '../pack.ts';
import type { EstimatorByName } from '../params.ts';
import { scored } from '../score.ts';
import type { SegmentedParams } from '../segmented.ts';
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
import { takeRows } from './rows.ts';

/** Which member answers a row. */
interface Segments {
  /** Place of the feature among the columns. */
  column: number;
  /** Largest value of each segment but the last. */
  bounds: number[];
}

/** See `Estimator.fit`. */
export async function fitSegmented(
  byName: EstimatorByName,
  { params, members: given, ...input }: FitInput<SegmentedParams>,
  context: FitContext,
): Promise<FittedModel> {
  checkRows(input.train, input.task);
  refuseConstraints('segmented', input.constraints);
  const members = membersOf('segmented', given);
  const segments = segmentsOf(params, members, input.train.features);
  const fitted: FittedMember[] = [];
  for (const [segment, member] of members.entries()) {
    const train = rowsOf(segments, segment, input.train) ?? input.train;
    const validation = input.validation && (rowsOf(segments, segment, input.validation) ?? input.validation);
    // Two segments may share a member's name and parameters, but not its random numbers.
    const own = { ...member, name: `${member.name}#${segment + 1}` };
    fitted.push(await fitMember(byName, own, { ...input, train, validation }, memberContext(context)));
    if (context.onStep?.(fitted.length, members.length, undefined) === 'prune')
      throw new PrunedError(fitted.length, Number.NaN);
  }
  return scored(segmentedModel(fitted, segments), input.task, input.validation);
}

function segmentsOf(params: SegmentedParams, members: Member[], features: Matrix): Segments {
  const column = params.feature === '' ? 0 : features.names.indexOf(params.feature);
  if (column < 0) throw wrong('feature', params.feature, `one of ${features.names.join(', ')}`);
  const cuts = members.length - 1;
  if (params.bounds === '') return { column, bounds: evenBounds(features, column, cuts) };
  const bounds = params.bounds.split(' ').map(Number);
  const ascending = bounds.every((bound, at) => at === 0 || bound > bounds[at - 1]);
  if (bounds.length === cuts && ascending) return { column, bounds };
  throw wrong('bounds', params.bounds, `${cuts} ascending numbers, between ${members.length} members`);
}

const wrong = (field: string, value: string, expected: string): RelevoError =>
  new RelevoError('PIPELINE_INVALID', `Wrong parameters of segmented: ${field} needs ${expected}`, {
    field: `params.${field}`,
    value,
    expected,
  });

const cell = ({ names, data }: Matrix, row: number, column: number): number =>
  data[row * names.length + column];

function evenBounds(features: Matrix, column: number, cuts: number): number[] {
  const values = Float64Array.from({ length: features.rows }, (_, row) => cell(features, row, column));
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  return Array.from({ length: cuts }, (_, cut) =>
    known.length === 0 ? cut : quantile(known, (cut + 1) / (cuts + 1)),
  );
}

/** A missing value is above no bound. */
const segmentAt = ({ bounds }: Segments, value: number): number =>
  bounds.reduce((segment, bound) => segment + (value > bound ? 1 : 0), 0);

const positionsIn = (segments: Segments, segment: number, features: Matrix): number[] =>
  Array.from({ length: features.rows }, (_, row) => row).filter(
    (row) => segmentAt(segments, cell(features, row, segments.column)) === segment,
  );

/** The rows of one segment; undefined where there is none that weighs something. */
function rowsOf(segments: Segments, segment: number, rows: LabelledRows): LabelledRows | undefined {
  const positions = positionsIn(segments, segment, rows.features);
  return positions.some((row) => rows.weights?.[row] !== 0) ? takeRows(rows, positions) : undefined;
}

function segmentedModel(members: FittedMember[], segments: Segments): FittedModel {
  return {
    outputs: 1,
    predict: (features) => predict(members, segments, features),
    save: async () => {
      const header: z.infer<typeof headerSchema> = { ...segments, members: members.map(savedMember) };
      return pack(header, await Promise.all(members.map(({ model }) => model.save())));
    },
    addToGraph: (graph, features) => addSegments(graph, members, segments, features),
    diagnostics: { bounds: segments.bounds, steps: members.map(({ model }) => model.steps) },
    dispose() {
      for (const { model } of members) model.dispose?.();
    },
  };
}

async function predict(members: FittedMember[], segments: Segments, features: Matrix): Promise<Float64Array> {
  const predicted = new Float64Array(features.rows);
  for (const [segment, member] of members.entries()) {
    const positions = positionsIn(segments, segment, features);
    if (positions.length === 0) continue;
    const { features: own } = takeRows({ features, target: predicted }, positions);
    const answers = await predictMember(member, own);
    positions.forEach((row, at) => {
      predicted[row] = answers[at];
    });
  }
  return predicted;
}

/** Every member answers every row; of the answers, the row's own is taken. */
function addSegments(
  graph: OnnxGraph,
  members: FittedMember[],
  { column, bounds }: Segments,
  features: TensorName,
): TensorName {
  const place = graph.constant('int64', [column], [1]);
  const [value] = graph.node('Gather', [features, place], { axis: { int: 1 } });
  const [first, ...others] = members.map((member) => addMember(graph, member, features));
  return others.reduce((answer, next, segment) => {
    const bound = graph.constant('double', [bounds[segment]], [1, 1]);
    const [isAbove] = graph.node('Greater', [value, bound]);
    return graph.node('Where', [isAbove, next, answer])[0];
  }, first);
}

const headerSchema = z.strictObject({
  column: z.number().int().min(0),
  bounds: z.array(z.number()),
  members: z.array(savedMemberSchema).min(1),
});
const what = 'saved segments';

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not saved segments. */
export async function loadSegmented(byName: EstimatorByName, bytes: Uint8Array): Promise<FittedModel> {
  const { header, parts } = unpack(bytes, headerSchema, what);
  const { members, ...segments } = header;
  if (parts.length !== members.length || segments.bounds.length !== members.length - 1) throw corrupt(what);
  const loaded = await Promise.all(members.map((member, i) => loadMember(byName, member, parts[i])));
  return segmentedModel(loaded, segments);
}
