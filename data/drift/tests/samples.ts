import type { CategorySample, NumericSample } from '../../../contracts/detector.ts';

/** Sorts the finite numbers of a column once for every test; NaN and infinities are left out. */
export function numericSample(values: Float64Array): NumericSample {
  const sorted = values.filter(Number.isFinite).sort();
  let sum = 0;
  for (const value of sorted) sum += value;
  const mean = sum / sorted.length;
  let squares = 0;
  let rest = 0;
  for (const value of sorted) {
    squares += (value - mean) ** 2;
    rest += value - mean;
  }
  const { length } = sorted;
  const variance = length > 1 ? Math.max(squares - (rest * rest) / length, 0) / (length - 1) : Number.NaN;
  return { sorted, mean: mean + (length > 0 ? rest / length : 0), variance };
}

/** Values, or indices into labels with −1 for a missing one. */
export type CategoryValues =
  | readonly (string | null)[]
  | { readonly codes: Int32Array; readonly labels: readonly string[] };

/** Counts the categories of a column once for every test; missing values are left out. */
export function categorySample(values: CategoryValues): CategorySample {
  const counts = 'codes' in values ? countCodes(values) : countTexts(values);
  let total = 0;
  for (const count of counts.values()) total += count;
  return { counts, total };
}

function countCodes({
  codes,
  labels,
}: {
  codes: Int32Array;
  labels: readonly string[];
}): Map<string, number> {
  const byCode = new Float64Array(labels.length);
  for (const code of codes) if (code >= 0) byCode[code]++;
  const counts = new Map<string, number>();
  for (const [code, label] of labels.entries())
    if (byCode[code] > 0) counts.set(label, (counts.get(label) ?? 0) + byCode[code]);
  return counts;
}

function countTexts(texts: readonly (string | null)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
