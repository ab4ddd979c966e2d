import { RelevoError } from '../../contracts/errors.ts';
import { type Frame, selectRows } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { openModel } from '../../inference/session.ts';
import type { FittedCandidate } from './candidate.ts';
import { rawColumns } from './columns.ts';
import { type PreparedRows, positionsOf } from './prepare.ts';

const tolerance = 1e-5;

/**
 * Runs the raw columns of the given rows through the ONNX file, as a server does, and compares with base + native model.
 * @throws RelevoError PARITY_FAILED where a row differs by more than 1e-5·max(1, |native|), naming the row.
 */
export async function checkParity(
  onnx: Uint8Array,
  spec: PipelineSpec,
  fitted: FittedCandidate,
  frame: Frame,
  rows: PreparedRows,
): Promise<{ maxAbsolute: number; rows: number }> {
  const native = await fitted.predict(rows);
  const served = await serve(onnx, spec, selectRows(frame, positionsOf(frame, rows.rowIds)));
  let maxAbsolute = 0;
  for (let row = 0; row < native.length; row++) {
    const difference = Math.abs(served[row] - native[row]);
    if (!(difference <= tolerance * Math.max(1, Math.abs(native[row]))))
      throw parityFailed(rows.rowIds[row], served[row], native[row]);
    maxAbsolute = Math.max(maxAbsolute, difference);
  }
  return { maxAbsolute, rows: native.length };
}

async function serve(onnx: Uint8Array, spec: PipelineSpec, frame: Frame): Promise<Float64Array> {
  const model = await openModel(onnx);
  try {
    return await model.predict(rawColumns(frame, spec.inputs), frame.rows);
  } finally {
    await model.release();
  }
}

const parityFailed = (rowId: number, served: number, native: number): RelevoError =>
  new RelevoError('PARITY_FAILED', `Row ${rowId}: the ONNX file says ${served}, the native model ${native}`, {
    value: served,
    expected: `${native} within ${tolerance} of max(1, |value|)`,
    where: `row ${rowId}`,
  });
