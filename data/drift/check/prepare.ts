import { autocorrelationTime, type BlockLevel, blockLevels } from './autocorrelation.ts';
import { numberCells, quantileCuts } from './cells.ts';
import type { Categories, PreparedReference, Values } from './types.ts';

export type PreparedNumber = Extract<PreparedReference, { prepared: 'number' }>;
export type PreparedCategory = Extract<PreparedReference, { prepared: 'category' }>;

/** Sorts or counts a reference column, and measures how alike its neighbouring rows are. */
export function prepare(values: Values): PreparedReference {
  return values instanceof Float64Array ? prepareNumber(values) : prepareCategory(values);
}

function prepareNumber(values: Float64Array): PreparedNumber {
  const known = knownNumbers(values);
  const sorted = known.slice().sort();
  const levels =
    known.length === 0 ? [] : blockLevels(Float64Array.from(numberCells(known, quantileCuts(sorted))));
  return { prepared: 'number', sorted, rows: values.length, levels };
}

function prepareCategory({ codes, labels }: Categories): PreparedCategory {
  const known = codes.filter((code) => code >= 0);
  const byCode = new Float64Array(labels.length);
  for (const code of known) byCode[code]++;
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
  let slowest: BlockLevel[] = [];
  for (const code of frequent) {
    const levels = blockLevels(Float64Array.from(codes, (other) => (other === code ? 1 : 0)));
    if (autocorrelationTime(levels) > autocorrelationTime(slowest)) slowest = levels;
  }
  return slowest;
}

/** Finite numbers in row order. */
export function knownNumbers(values: Float64Array): Float64Array {
  const known = new Float64Array(values.length);
  let length = 0;
  for (const value of values) if (Number.isFinite(value)) known[length++] = value;
  return known.subarray(0, length);
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
