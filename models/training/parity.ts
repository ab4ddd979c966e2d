import { RelevoError } from '../../contracts/errors.ts';
import { type Frame, selectRows } from '../../contracts/frame.ts';
import { classesOf, modelInputs, type PipelineSpec } from '../../contracts/pipeline.ts';
import { joinNumbers } from '../../inference/joined.ts';
import { type ModelAnswer, openModel } from '../../inference/session.ts';
import type { Predictions } from '../evaluation/predictions.ts';
import type { FittedCandidate } from './candidate.ts';
import { rawColumns } from './columns.ts';
import { type PreparedRows, positionsOf } from './prepare.ts';

const tolerance = 1e-5;

/**
 * Runs the raw columns of the given rows through the ONNX file, as a server does, and compares every output with the
 * native model's. A label may be another class only where both are as good, within the tolerance.
 * @throws RelevoError PARITY_FAILED where a number differs by more than 1e-5·max(1, |native|), naming the row.
 */
export async function checkParity(
  onnx: Uint8Array,
  spec: PipelineSpec,
  fitted: FittedCandidate,
  frame: Frame,
  rows: PreparedRows,
): Promise<{ maxAbsolute: number; rows: number }> {
  const native = await fitted.predict(rows);
  const served = await serve(onnx, spec, frame, rows);
  const compare = (output: string, actual: Float64Array | undefined, expected: Float64Array): number =>
    largestDifference(output, actual ?? new Float64Array(0), expected, rows.rowIds);
  let maxAbsolute = compare('prediction', served.prediction, native.values);
  if (native.interval)
    maxAbsolute = Math.max(maxAbsolute, compare('interval', served.interval, native.interval));
  if (spec.task === 'classification') checkLabels(classesOf(spec), served.label, native, rows.rowIds);
  return { maxAbsolute, rows: rows.rowIds.length };
}

/** Rows that are handed over at a time: a few milliseconds of the event loop. */
const stretchRows = 8_192;

async function serve(
  onnx: Uint8Array,
  spec: PipelineSpec,
  frame: Frame,
  { rowIds }: PreparedRows,
): Promise<ModelAnswer> {
  const names = modelInputs(spec).map(({ name }) => name);
  const positions = positionsOf(frame, rowIds);
  const model = await openModel(onnx);
  try {
    const answers: ModelAnswer[] = [];
    for (let start = 0; start < positions.length || start === 0; start += stretchRows) {
      const some = selectRows(frame, positions.subarray(start, start + stretchRows));
      answers.push(await model.answer(rawColumns(some, names), some.rows));
    }
    return joined(answers);
  } finally {
    await model.release();
  }
}

function joined(answers: ModelAnswer[]): ModelAnswer {
  const [{ width, label, interval }] = answers;
  return {
    width,
    prediction: joinNumbers(answers.map(({ prediction }) => prediction)),
    label: label && answers.flatMap((answer) => answer.label ?? []),
    interval: interval && joinNumbers(answers.flatMap((answer) => answer.interval ?? [])),
  };
}

function largestDifference(
  output: string,
  served: Float64Array,
  native: Float64Array,
  rowIds: Float64Array,
): number {
  let largest = 0;
  for (let i = 0; i < native.length; i++) {
    const difference = Math.abs(served[i] - native[i]);
    if (!(difference <= tolerance * Math.max(1, Math.abs(native[i])))) {
      const rowId = rowIds[Math.floor((i * rowIds.length) / native.length)];
      throw parityFailed(rowId, output, served[i], native[i]);
    }
    largest = Math.max(largest, difference);
  }
  return largest;
}

function checkLabels(
  classes: string[],
  served: string[] | undefined,
  { values, outputs, decisionWeights }: Predictions,
  rowIds: Float64Array,
): void {
  for (let row = 0; row < rowIds.length; row++) {
    const merits = classes.map((_, k) => values[row * outputs + k] * (decisionWeights?.[k] ?? 1));
    const best = Math.max(...merits);
    const answered = classes.indexOf(served?.[row] ?? '');
    if (!(merits[answered] >= best - tolerance))
      throw parityFailed(rowIds[row], 'label', served?.[row], classes[merits.indexOf(best)]);
  }
}

const parityFailed = (rowId: number, output: string, served: unknown, native: unknown): RelevoError =>
  new RelevoError(
    'PARITY_FAILED',
    `Row ${rowId}: the ONNX file says the ${output} ${served}, the native model ${native}`,
    {
      field: output,
      value: served,
      expected: `${native} within ${tolerance} of max(1, |value|)`,
      where: `row ${rowId}`,
    },
  );
