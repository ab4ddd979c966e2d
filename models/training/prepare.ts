import { setImmediate } from 'node:timers/promises';
import { RelevoError } from '../../contracts/errors.ts';
import { type Frame, type Series, selectRows } from '../../contracts/frame.ts';
import { classesOf, modelInputs, type PipelineSpec } from '../../contracts/pipeline.ts';
import type { Split } from '../../contracts/refs.ts';
import { forecastWeights } from '../../inference/history.ts';
import { type InferenceModel, openModel } from '../../inference/session.ts';
import { createGraph } from '../onnx/graph.ts';
import { rawColumns } from './columns.ts';
import { addFeatures } from './graph.ts';
import type { PreparedRows, TrainingSet } from './rows.ts';

export type { PreparedRows, TrainingSet };

/**
 * Features and base of each side of a split. They are computed by onnxruntime from the very expressions that the
 * model's file will hold, so training sees what serving computes.
 * @throws RelevoError DATASET_NOT_FOUND where the frame lacks a row of the split, TRAINING_FAILED where a row has
 * no target, PIPELINE_INVALID, EXPRESSION_INVALID.
 */
export async function prepareTrainingSet(
  spec: PipelineSpec,
  frame: Frame,
  split: Split,
): Promise<TrainingSet> {
  const model = await openModel(featureModel(spec));
  try {
    const find = positionsFinder(frame);
    const prepare = async (rowIds: number[]) => {
      await setImmediate();
      return await prepareRows(spec, model, frame, find(rowIds));
    };
    return {
      train: await prepare(split.train),
      validation: await prepare(split.validation),
      test: await prepare(split.test),
    };
  } finally {
    await model.release();
  }
}

/** A file whose one output holds the features and, last, the base. */
function featureModel(spec: PipelineSpec): Uint8Array {
  const graph = createGraph(`${spec.name} features`);
  const { features, base } = addFeatures(graph, spec);
  const columns = base === undefined ? [features] : [features, base];
  const [table] = graph.node('Concat', columns, { axis: { int: 1 } });
  graph.output(table, 'prediction', Object.keys(spec.features).length + columns.length - 1);
  return graph.toBytes({ pipeline: spec.name });
}

/** Rows turned into columns and back at a time: a few milliseconds of the event loop. */
const stretchRows = 8_192;

async function prepareRows(
  spec: PipelineSpec,
  model: InferenceModel,
  frame: Frame,
  positions: Int32Array,
): Promise<PreparedRows> {
  const names = Object.keys(spec.features);
  const inputs = modelInputs(spec).map(({ name }) => name);
  const rows = positions.length;
  const [base, rowIds] = [new Float64Array(rows), new Float64Array(rows)];
  const data = new Float64Array(rows * names.length);
  for (let start = 0; start < rows; start += stretchRows) {
    const some = selectRows(pick(frame, inputs), positions.subarray(start, start + stretchRows));
    const table = await model.predict(rawColumns(some, inputs), some.rows);
    rowIds.set(some.rowIds, start);
    if (spec.base === undefined) data.set(table, start * names.length);
    else divideTable(table, names.length, data.subarray(start * names.length), base.subarray(start));
  }
  const target = targetOf(spec, frame, positions);
  const residual = target.map((value, row) => value - base[row]);
  const features = { rows, names, data };
  const weights = forecastWeights(spec.forecast, rowIds);
  return { features, target, base, residual, rowIds, weights, ...foldColumns(spec, frame, positions) };
}

/** The frame's columns of the given names, as far as it has them. */
const pick = (frame: Frame, names: string[]): Frame => ({
  ...frame,
  columns: Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(frame.columns, name) ? [[name, frame.columns[name]]] : [])),
  ),
});

/** Rows of `width` features and the base, to where each belongs. */
function divideTable(table: Float64Array, width: number, features: Float64Array, base: Float64Array): void {
  for (let row = 0; row * (width + 1) < table.length; row++) {
    const start = row * (width + 1);
    features.set(table.subarray(start, start + width), row * width);
    base[row] = table[start + width];
  }
}

/**
 * The target of the rows at the given positions (all, unless told): its value, or the index of its class.
 * @throws RelevoError TRAINING_FAILED naming a row that has none, or one that is none of the classes.
 */
export function targetOf(spec: PipelineSpec, frame: Frame, positions?: Int32Array): Float64Array {
  const read = targetReader(spec, columnOf(frame, spec.target));
  const target = new Float64Array(positions?.length ?? frame.rows);
  for (let row = 0; row < target.length; row++) {
    const position = positions === undefined ? row : positions[row];
    target[row] = read(position);
    if (!Number.isFinite(target[row])) throw noTarget(spec, frame, position);
  }
  return target;
}

function targetReader(spec: PipelineSpec, series: Series): (position: number) => number {
  if (spec.task === 'regression') {
    if (series.kind === 'number') return (position) => series.values[position];
    throw new RangeError(`the column "${spec.target}" of the frame holds no numbers`);
  }
  if (series.kind === 'number')
    throw new RangeError(`the column "${spec.target}" of the frame holds no texts`);
  const classes = classesOf(spec);
  const indices = series.dictionary.map((value) => {
    const index = classes.indexOf(value);
    return index < 0 ? Number.NaN : index;
  });
  return (position) => indices[series.codes[position]] ?? Number.NaN;
}

function noTarget(spec: PipelineSpec, frame: Frame, position: number): RelevoError {
  const series = columnOf(frame, spec.target);
  const isText = series.kind === 'text';
  const where = `row ${frame.rowIds[position]}`;
  return new RelevoError(
    'TRAINING_FAILED',
    `Row ${frame.rowIds[position]} has no ${spec.target} to learn from`,
    {
      field: spec.target,
      value: isText ? (series.dictionary[series.codes[position]] ?? '') : series.values[position],
      expected: isText ? `one of ${classesOf(spec).join(', ')}` : 'a number',
      where,
    },
  );
}

/** What a cross-validation divides the rows by. */
function foldColumns(
  { validation }: PipelineSpec,
  frame: Frame,
  positions: Int32Array,
): Pick<PreparedRows, 'groups' | 'times'> {
  if (!('by' in validation)) return {};
  const series = columnOf(frame, validation.by);
  const values = Float64Array.from(positions, (position) =>
    series.kind === 'number' ? series.values[position] : series.codes[position],
  );
  return validation.kind === 'group' ? { groups: values } : { times: values };
}

function columnOf(frame: Frame, name: string): Series {
  if (Object.hasOwn(frame.columns, name)) return frame.columns[name];
  throw new RangeError(`the frame has no column "${name}"`);
}

/**
 * Where each row id stands in the frame.
 * @throws RelevoError DATASET_NOT_FOUND naming the first that is not there.
 */
export const positionsOf = (frame: Frame, rowIds: ArrayLike<number>): Int32Array =>
  positionsFinder(frame)(rowIds);

function positionsFinder(frame: Frame): (rowIds: ArrayLike<number>) => Int32Array {
  const { first, positions } = indexById(frame.rowIds);
  return (rowIds) =>
    Int32Array.from(rowIds, (id) => {
      const position = positions[id - first] ?? -1;
      if (position >= 0) return position;
      throw new RelevoError(
        'DATASET_NOT_FOUND',
        `Row ${id} is not among the ${frame.rows} rows that were read`,
        { field: 'rowIds', value: id },
      );
    });
}

/** Ids of a dataset have few gaps, so a plain array from the lowest to the highest holds their positions; −1 elsewhere. */
function indexById(rowIds: Float64Array): { first: number; positions: Int32Array } {
  if (rowIds.length === 0) return { first: 0, positions: new Int32Array(0) };
  let first = rowIds[0];
  let last = rowIds[0];
  for (const id of rowIds) {
    first = Math.min(first, id);
    last = Math.max(last, id);
  }
  const positions = new Int32Array(last - first + 1).fill(-1);
  rowIds.forEach((id, position) => {
    positions[id - first] = position;
  });
  return { first, positions };
}
