import { setImmediate } from 'node:timers/promises';
import type { LabelledRows } from '../../../contracts/estimator.ts';
import type { LinearRows } from './protocol.ts';

/** Cells copied, or multiplied, before other work of the event loop gets its turn: a few milliseconds. */
const chunkCells = 500_000;

/** The rows in memory that a thread can read without a copy of its own, which would be made in one go. */
export async function sharedRows({ features, target, weights }: LabelledRows): Promise<LinearRows> {
  return {
    rows: features.rows,
    names: features.names,
    features: await shared(features.data),
    target: await shared(target),
    weights: weights && (await shared(weights)),
  };
}

async function shared(values: Float64Array): Promise<Float64Array> {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
  for (let start = 0; start < values.length; start += chunkCells) {
    if (start > 0) await setImmediate();
    copy.set(values.subarray(start, start + chunkCells), start);
  }
  return copy;
}

/** Calls `predictRow` for each row in turn; other work of the event loop gets its turn in between. */
export async function eachRow(rows: number, width: number, predictRow: (row: number) => void): Promise<void> {
  const chunkRows = Math.ceil(chunkCells / Math.max(1, width));
  for (let row = 0; row < rows; row++) {
    if (row > 0 && row % chunkRows === 0) await setImmediate();
    predictRow(row);
  }
}

/** The first cell that is no number, for `LinearAnswer`. */
export function missingCell({ names, features }: LinearRows) {
  const at = features.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return undefined;
  const [name, row] = [names[at % names.length], Math.floor(at / names.length)];
  return { state: 'missing' as const, name, row, value: features[at] };
}
