import { setImmediate } from 'node:timers/promises';
import { RelevoError } from '../../contracts/errors.ts';
import { type Frame, selectRows } from '../../contracts/frame.ts';
import { modelInputs, type PipelineSpec } from '../../contracts/pipeline.ts';
import type { Split } from '../../contracts/refs.ts';
import { forecastWeights } from '../../inference/history.ts';
import { type InferenceModel, openModel } from '../../inference/session.ts';
import { createGraph } from '../onnx/graph.ts';
import { columnOf, rawColumns } from './columns.ts';
import { addFeatures } from './graph.ts';
import type { PreparedRows, TrainingSet } from './rows.ts';
import { targetOf } from './target.ts';

export type { PreparedRows, TrainingSet };
export { targetOf };

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
  const find = positionsFinder(frame);
  return await withFeatureModel(spec, async (model) => {
    const prepare = async (rowIds: number[]) => {
      await setImmediate();
      return await prepareRows(spec, model, frame, find(rowIds));
    };
    return {
      train: await prepare(split.train),
      validation: await prepare(split.validation),
      test: await prepare(split.test),
    };
  });
}

/** Features and base of rows that have no target, such as a client's. */
export const featuresOf = (spec: PipelineSpec, frame: Frame): Promise<Inputs> =>
  withFeatureModel(spec, (model) =>
    computeFeatures(
      spec,
      model,
      frame,
      new Int32Array(frame.rows).map((_, row) => row),
    ),
  );

type Inputs = Pick<PreparedRows, 'features' | 'base' | 'rowIds'>;

async function withFeatureModel<T>(
  spec: PipelineSpec,
  use: (model: InferenceModel) => Promise<T>,
): Promise<T> {
  const model = await openModel(featureModel(spec));
  try {
    return await use(model);
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
const stretchRows = 4_096;

async function prepareRows(
  spec: PipelineSpec,
  model: InferenceModel,
  frame: Frame,
  positions: Int32Array,
): Promise<PreparedRows> {
  const inputs = await computeFeatures(spec, model, frame, positions);
  const target = targetOf(spec, frame, positions);
  await setImmediate();
  const residual = target.map((value, row) => value - inputs.base[row]);
  const weights = forecastWeights(spec.forecast, inputs.rowIds);
  return { ...inputs, target, residual, weights, ...foldColumns(spec, frame, positions) };
}

async function computeFeatures(
  spec: PipelineSpec,
  model: InferenceModel,
  frame: Frame,
  positions: Int32Array,
): Promise<Inputs> {
  const names = Object.keys(spec.features);
  const inputs = modelInputs(spec).map(({ name }) => name);
  const readable = pick(frame, inputs);
  const rows = positions.length;
  const [base, rowIds] = [new Float64Array(rows), new Float64Array(rows)];
  const data = new Float64Array(rows * names.length);
  for (let start = 0; start < rows; start += stretchRows) {
    const some = selectRows(readable, positions.subarray(start, start + stretchRows));
    const table = await model.predict(rawColumns(some, inputs), some.rows);
    rowIds.set(some.rowIds, start);
    if (spec.base === undefined) data.set(table, start * names.length);
    else divideTable(table, names.length, data.subarray(start * names.length), base.subarray(start));
  }
  return { features: { rows, names, data }, base, rowIds };
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
