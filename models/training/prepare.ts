import { RelevoError } from '../../contracts/errors.ts';
import { type Frame, type Matrix, selectRows } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Split } from '../../contracts/refs.ts';
import { type InferenceModel, openModel } from '../../inference/session.ts';
import { createGraph } from '../onnx/graph.ts';
import { rawColumns } from './columns.ts';
import { addFeatures } from './graph.ts';

/** Rows as estimators see them. */
export interface PreparedRows {
  features: Matrix;
  target: Float64Array;
  /** The base prediction; 0 where the pipeline has none or it is missing. */
  base: Float64Array;
  /** target − base: what is learnt. */
  residual: Float64Array;
  rowIds: Float64Array;
}
export interface TrainingSet {
  train: PreparedRows;
  validation: PreparedRows;
  test: PreparedRows;
}

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
    const prepare = (rowIds: number[]) =>
      prepareRows(spec, model, selectRows(frame, positionsOf(frame, rowIds)));
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

async function prepareRows(spec: PipelineSpec, model: InferenceModel, frame: Frame): Promise<PreparedRows> {
  const names = Object.keys(spec.features);
  const target = targetOf(spec, frame);
  const data = new Float64Array(frame.rows * names.length);
  const base = new Float64Array(frame.rows);
  for (let start = 0; start < frame.rows; start += stretchRows) {
    const end = Math.min(start + stretchRows, frame.rows);
    const table = await model.predict(rawColumns(frame, spec.inputs, start, end), end - start);
    if (spec.base === undefined) data.set(table, start * names.length);
    else divideTable(table, names.length, data.subarray(start * names.length), base.subarray(start));
  }
  const residual = target.map((value, row) => value - base[row]);
  return { features: { rows: frame.rows, names, data }, target, base, residual, rowIds: frame.rowIds };
}

/** Rows of `width` features and the base, to where each belongs. */
function divideTable(table: Float64Array, width: number, features: Float64Array, base: Float64Array): void {
  for (let row = 0; row * (width + 1) < table.length; row++) {
    const start = row * (width + 1);
    features.set(table.subarray(start, start + width), row * width);
    base[row] = table[start + width];
  }
}

function targetOf(spec: PipelineSpec, frame: Frame): Float64Array {
  const series = frame.columns[spec.target];
  if (series?.kind !== 'number') throw new RangeError(`the frame has no number column "${spec.target}"`);
  const row = series.values.findIndex((value) => !Number.isFinite(value));
  if (row < 0) return series.values;
  throw new RelevoError('TRAINING_FAILED', `Row ${frame.rowIds[row]} has no ${spec.target} to learn from`, {
    field: spec.target,
    value: series.values[row],
    expected: 'a number',
    where: `row ${frame.rowIds[row]}`,
  });
}

/**
 * Where each row id stands in the frame.
 * @throws RelevoError DATASET_NOT_FOUND naming the first that is not there.
 */
export function positionsOf(frame: Frame, rowIds: ArrayLike<number>): Int32Array {
  const { first, positions } = indexById(frame.rowIds);
  return Int32Array.from(rowIds, (id) => {
    const position = positions[id - first] ?? -1;
    if (position >= 0) return position;
    throw new RelevoError(
      'DATASET_NOT_FOUND',
      `Row ${id} is not among the ${frame.rows} rows that were read`,
      {
        field: 'rowIds',
        value: id,
      },
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
