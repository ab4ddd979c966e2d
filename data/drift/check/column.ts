import { measureCategories } from './column-categories.ts';
import { measureNumbers } from './column-numbers.ts';
import type { ColumnMeasure, MeasureOptions } from './measure.ts';
import {
  distinctNumbers,
  knownCodes,
  knownNumbers,
  type PreparedCategory,
  type PreparedNumber,
  prepare,
} from './prepare.ts';
import { giveBack } from './scratch.ts';
import type { Categories, ColumnPair, PreparedReference } from './types.ts';
import { whyTooFew } from './words.ts';

/** Fewest known values of either side. */
const leastRows = 20;
/** Numbers with at most so many distinct values in the reference are compared as categories. */
const mostDistinct = 20;

/** Compares one column with its reference, by what its kind, its distinct values and its rows allow. */
export function measureColumn(pair: ColumnPair, options: MeasureOptions): ColumnMeasure {
  giveBack();
  const reference = 'prepared' in pair.reference ? pair.reference : prepare(pair.reference);
  const known = { reference: knownOf(reference), current: knownIn(pair.current) };
  const rows = { reference: reference.rows, current: lengthOf(pair.current) };
  const sides = { rows, missing: missingShares(known, rows) };
  if (Math.min(known.reference, known.current) < leastRows) return { ...sides, ...notCompared };
  return { ...sides, ...compare(reference, pair, options) };
}

function compare(
  reference: PreparedReference,
  { current, role, kind, column }: ColumnPair,
  options: MeasureOptions,
): Omit<ColumnMeasure, 'rows' | 'missing'> {
  if (reference.prepared === 'category' && !(current instanceof Float64Array)) {
    const minEffect = role === 'residual' ? leastRise(reference, options) : options.minEffect;
    const measure = measureCategories(reference, current, { ...options, minEffect, areNumbers: false });
    return role === 'residual' ? { ...measure, leastEffect: minEffect } : measure;
  }
  if (reference.prepared === 'number' && current instanceof Float64Array) {
    const counts = distinctNumbers(reference.sorted, mostDistinct);
    if (counts === undefined)
      return measureNumbers(reference, current, { ...options, isResidual: role === 'residual' });
    return measureCategories(asCategories(reference, counts), numberCategories(current), {
      ...options,
      areNumbers: true,
    });
  }
  throw new TypeError(`The sides of the ${kind} column ${column} are of different kinds`);
}

const notCompared: Omit<ColumnMeasure, 'rows' | 'missing'> = {
  test: 'none',
  why: whyTooFew(leastRows),
  statistic: null,
  pValue: null,
  effect: null,
  effectiveRows: 0,
};

/**
 * The rise of a share of errors that is as many of its standard deviations as the policy asks of a number: a champion
 * that is seldom wrong has drifted long before a tenth of its answers are others.
 */
function leastRise({ counts }: PreparedCategory, { minEffect }: MeasureOptions): number {
  const known = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const most = (Math.max(0, ...counts.values()) + 0.5) / (known + 1);
  return minEffect * Math.sqrt(most * (1 - most));
}

const asCategories = ({ rows, levels }: PreparedNumber, counts: Map<string, number>): PreparedCategory => ({
  prepared: 'category',
  counts,
  rows,
  levels,
});

/** Every distinct number a category of its own. */
function numberCategories(values: Float64Array): Categories {
  const byValue = new Map<number, number>();
  const codes = Int32Array.from(values, (value) => {
    if (!Number.isFinite(value)) return -1;
    const code = byValue.get(value) ?? byValue.size;
    byValue.set(value, code);
    return code;
  });
  return { codes, labels: Array.from(byValue.keys(), String) };
}

const lengthOf = (values: ColumnPair['current']): number =>
  values instanceof Float64Array ? values.length : values.codes.length;

const knownIn = (values: ColumnPair['current']): number =>
  values instanceof Float64Array ? knownNumbers(values).length : knownCodes(values.codes).length;

function knownOf(reference: PreparedReference): number {
  if (reference.prepared === 'number') return reference.sorted.length;
  let known = 0;
  for (const count of reference.counts.values()) known += count;
  return known;
}

function missingShares(known: ColumnMeasure['rows'], rows: ColumnMeasure['rows']): ColumnMeasure['missing'] {
  const share = (side: 'reference' | 'current') => (rows[side] === 0 ? 0 : 1 - known[side] / rows[side]);
  return { reference: share('reference'), current: share('current') };
}
