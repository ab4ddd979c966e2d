import { autocorrelationTime, type BlockLevel, blockLevels } from './autocorrelation.ts';
import { borrow, borrowCopy } from './scratch.ts';
import type { Categories, PreparedReference, Values } from './types.ts';

export type PreparedNumber = Extract<PreparedReference, { prepared: 'number' }>;
export type PreparedCategory = Extract<PreparedReference, { prepared: 'category' }>;

/** Sorts or counts a reference column, and measures how alike its neighbouring rows are. The result is borrowed. */
export function prepare(values: Values): PreparedReference {
  return values instanceof Float64Array ? prepareNumber(values) : prepareCategory(values);
}

function prepareNumber(values: Float64Array): PreparedNumber {
  const known = knownNumbers(values);
  const sorted = borrowCopy(known).sort();
  const levels = known.length === 0 ? [] : blockLevels(withoutTails(known, sorted));
  return { prepared: 'number', sorted, rows: values.length, levels };
}

function prepareCategory({ codes, labels }: Categories): PreparedCategory {
  const known = knownCodes(codes);
  const byCode = new Float64Array(labels.length);
  for (let i = 0; i < known.length; i++) byCode[known[i]]++;
  const counts = new Map<string, number>();
  for (const [code, label] of labels.entries())
    if (byCode[code] > 0) counts.set(label, (counts.get(label) ?? 0) + byCode[code]);
  return { prepared: 'category', counts, rows: codes.length, levels: slowestLevels(known, byCode) };
}

/** Categories whose order is looked at, the most frequent ones. */
const mostIndicators = 4;

/** Of the indicators of the most frequent categories, the levels of the one whose neighbours are most alike. */
function slowestLevels(codes: Int32Array, byCode: Float64Array): BlockLevel[] {
  const frequent = [...byCode.keys()].sort((a, b) => byCode[b] - byCode[a]).slice(0, mostIndicators);
  const rows = borrow(codes.length);
  let slowest: BlockLevel[] = [];
  for (const code of frequent) {
    const levels = blockLevels(indicator(codes, code, rows));
    if (autocorrelationTime(levels) > autocorrelationTime(slowest)) slowest = levels;
  }
  return slowest;
}

/** Codes of known categories in row order. */
export function knownCodes(codes: Int32Array): Int32Array {
  const known = new Int32Array(codes.length);
  let length = 0;
  for (let i = 0; i < codes.length; i++) if (codes[i] >= 0) known[length++] = codes[i];
  return known.subarray(0, length);
}

/** 1 in rows of that category, else 0. */
export function indicator(codes: Int32Array, code: number, is = borrow(codes.length)): Float64Array {
  for (let i = 0; i < codes.length; i++) is[i] = codes[i] === code ? 1 : 0;
  return is;
}

/** Finite numbers in row order; the very array where all are. */
export function knownNumbers(values: Float64Array): Float64Array {
  let first = 0;
  while (first < values.length && Number.isFinite(values[first])) first++;
  if (first === values.length) return values;
  const known = borrowCopy(values);
  let length = first;
  for (let i = first; i < values.length; i++) if (Number.isFinite(values[i])) known[length++] = values[i];
  return known.subarray(0, length);
}

/** Numbers in row order, with the outer twentieths drawn to where those begin: one far value says nothing about order. */
export function withoutTails(values: Float64Array, sorted: Float64Array): Float64Array {
  const low = sorted[Math.floor(0.05 * (sorted.length - 1))];
  const high = sorted[Math.ceil(0.95 * (sorted.length - 1))];
  if (low === high) return values;
  const drawn = borrow(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    drawn[i] = Math.max(low, Math.min(value, high));
  }
  return drawn;
}

/** How often each distinct number occurs, with its text as the label; undefined above `most` distinct ones. */
export function distinctNumbers(sorted: Float64Array, most: number): Map<string, number> | undefined {
  const counts = new Map<string, number>();
  let start = 0;
  while (start < sorted.length) {
    if (counts.size === most) return undefined;
    const end = upperBound(sorted, sorted[start], start);
    counts.set(String(sorted[start]), end - start);
    start = end;
  }
  return counts;
}

/** First index after `from` with a greater value. */
function upperBound(sorted: Float64Array, value: number, from: number): number {
  let low = from;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
