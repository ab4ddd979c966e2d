import { chiSquareSurvival } from '../distributions/chi-square.ts';
import { changedCategories } from '../tests/categories.ts';
import { contingencyTest } from '../tests/contingency.ts';
import { categorySample } from '../tests/samples.ts';
import { autocorrelationTime, firstOrderTime } from './autocorrelation.ts';
import { changePoint } from './change-point.ts';
import { type Cells, lumpRare } from './lump.ts';
import { type ColumnMeasure, jointRows, type MeasureOptions } from './measure.ts';
import { indicator, knownCodes, type PreparedCategory } from './prepare.ts';
import type { Categories } from './types.ts';
import { whyCategories, whyFewValues } from './words.ts';

const mostListed = 20;

/** Compares shares of categories, missing values left out: chi-square, total variation, and since when. */
export function measureCategories(
  reference: PreparedCategory,
  current: Categories,
  { level, deviations, minEffect, areNumbers }: MeasureOptions & { areNumbers: boolean },
): Omit<ColumnMeasure, 'rows' | 'missing'> {
  const sample = categorySample(current);
  const rows = { reference: sum(reference.counts.values()), current: sample.total };
  const effective = {
    reference: rows.reference / autocorrelationTime(reference.levels),
    current: rows.current / currentTime(reference, current, rows.current),
  };
  const effectiveRows = jointRows(effective.reference, effective.current);
  const inflation = jointRows(rows.reference, rows.current) / effectiveRows;
  const cells = lumpRare(reference.counts, sample.counts, effective);
  const statistic = chiSquare(cells);
  const freedom = cells.reference.length - 1;
  const pValue = freedom === 0 ? 1 : chiSquareSurvival(statistic / inflation, freedom);
  const effect = totalVariation(cells, rows, { effectiveRows, deviations });
  const { appeared, vanished } = changedCategories(
    { counts: reference.counts, total: rows.reference },
    sample,
  );
  return {
    test: 'chi-square',
    why: areNumbers
      ? whyFewValues(reference.counts.size, inflation)
      : whyCategories(cells.reference.length, cells.lumped, inflation),
    statistic,
    pValue,
    effect,
    effectiveRows,
    freedom,
    newCategories: appeared.slice(0, mostListed),
    // A category that so few rows need not have is not said to be gone.
    vanishedCategories: vanished.filter((label) => cells.byLabel.has(label)).slice(0, mostListed),
    ...(pValue < level && effect.low >= minEffect && { change: changeOf(cells, current) }),
  };
}

/** Pearson's statistic over the cells of both sides; first-order corrected for alike neighbours by its caller (Rao and Scott 1981). */
function chiSquare({ reference, current }: Cells): number {
  const sample = (counts: number[]) => ({
    counts: new Map(counts.map((count, cell) => [String(cell), count])),
    total: sum(counts),
  });
  return contingencyTest(
    sample(reference),
    sample(current),
    (observed, expected) => (observed - expected) ** 2 / expected,
  ).statistic;
}

/**
 * Half the summed difference of the shares, and the bound above which it truly lies with the confidence of `deviations`: each
 * squared difference less its variance, then the spread of the share of all cells that grew.
 */
function totalVariation(
  { reference, current }: Cells,
  rows: { reference: number; current: number },
  { effectiveRows, deviations }: { effectiveRows: number; deviations: number },
): { name: 'totalVariation'; value: number; low: number } {
  let [value, corrected, grown] = [0, 0, 0];
  for (const [cell, count] of current.entries()) {
    const gap = count / rows.current - reference[cell] / rows.reference;
    const share = (count + reference[cell]) / (rows.current + rows.reference);
    value += Math.abs(gap) / 2;
    corrected += Math.sqrt(Math.max(0, gap * gap - (share * (1 - share)) / effectiveRows)) / 2;
    if (gap > 0) grown += share;
  }
  const spread = Math.sqrt((grown * Math.max(0, 1 - grown)) / effectiveRows);
  return {
    name: 'totalVariation',
    value,
    low: Math.max(0, corrected - deviations * spread),
  };
}

/** Rows of the current side that count as one. */
function currentTime(reference: PreparedCategory, { codes, labels }: Categories, rows: number): number {
  const known = knownCodes(codes);
  const counts = new Float64Array(labels.length);
  for (let i = 0; i < known.length; i++) counts[known[i]]++;
  const frequent = counts.indexOf(Math.max(...counts));
  return Math.max(autocorrelationTime(reference.levels, rows), firstOrderTime(indicator(known, frequent)));
}

function changeOf(cells: Cells, { codes, labels }: Categories): ColumnMeasure['change'] {
  const last = cells.reference.length - 1;
  const byCode = Int32Array.from(labels, (label) => cells.byLabel.get(label) ?? last);
  const positions: number[] = [];
  const known: number[] = [];
  for (const [position, code] of codes.entries())
    if (code >= 0) {
      positions.push(position);
      known.push(byCode[code]);
    }
  const { position, isGradual } = changePoint(Int32Array.from(known), Float64Array.from(cells.reference));
  return { position: positions[position], isGradual };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
