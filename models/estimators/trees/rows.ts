import { setImmediate } from 'node:timers/promises';
import { RelevoError } from '../../../contracts/errors.ts';
import type { LabelledRows } from '../../../contracts/estimator.ts';
import type { Matrix } from '../../../contracts/frame.ts';
import type { NativeRows } from '../../native/booster.ts';

/** Values converted before other work of the event loop gets its turn: a few milliseconds. */
const chunk = 1_000_000;

/**
 * Features in single precision, for libxgboost.
 * @param first of the at most `count` rows that are wanted.
 * @throws RelevoError TRAINING_FAILED naming the first column and row whose value is beyond single precision.
 */
export async function toNativeRows(
  { rows: all, names, data }: Matrix,
  first = 0,
  count = all,
): Promise<NativeRows> {
  const rows = Math.min(count, all - first);
  const offset = first * names.length;
  const features = new Float32Array(rows * names.length);
  for (let start = 0; start < features.length; start += chunk) {
    if (start > 0) await setImmediate();
    const end = Math.min(start + chunk, features.length);
    for (let i = start; i < end; i++) {
      const value = Math.fround(data[offset + i]);
      if (value === Infinity || value === -Infinity) throw beyond(data[offset + i], names, offset + i);
      features[i] = value;
    }
  }
  return { rows, columns: names.length, features };
}

/** Features, target and weights in single precision. */
export async function toLabelledNativeRows({
  features,
  target,
  weights,
}: LabelledRows): Promise<NativeRows & { target: Float32Array }> {
  const native = await toNativeRows(features);
  return { ...native, target: Float32Array.from(target), weights: weights && Float32Array.from(weights) };
}

const beyond = (value: number, names: string[], index: number): RelevoError =>
  new RelevoError('TRAINING_FAILED', `Feature "${names[index % names.length]}" is ${value}`, {
    field: names[index % names.length],
    value,
    expected: 'a number within ±3.4e38, or missing',
    where: `row ${Math.floor(index / names.length)}`,
  });
