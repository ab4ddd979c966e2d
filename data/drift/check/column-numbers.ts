import type { NumericSample } from '../../../contracts/detector.ts';
import { greatestCommonDivisor, smirnovExact } from '../distributions/smirnov-paths.ts';
import { andersonDarlingSurvival } from './anderson-darling.ts';
import { autocorrelationTime, firstOrderTime } from './autocorrelation.ts';
import { countCells, numberCells, quantileCuts } from './cells.ts';
import { changePoint } from './change-point.ts';
import { compareNumbers, type NumberComparison } from './compare-numbers.ts';
import { type ColumnMeasure, jointRows, type MeasureOptions } from './measure.ts';
import { knownNumbers, type PreparedNumber, withoutTails } from './prepare.ts';
import { borrowCopy } from './scratch.ts';
import { whyAndersonDarling, whyExact } from './words.ts';

/** Below so many rows on a side the limit of Anderson–Darling's distribution is not trusted far out. */
const fewestOfLimit = 50;
/** Above it the exact p-value costs too much. */
const mostOfExact = 10_000;

type Measured = Omit<ColumnMeasure, 'rows' | 'missing'>;

/** Compares numbers, missing ones left out: test, effect in reference deviations, and since when. */
export function measureNumbers(
  prepared: PreparedNumber,
  values: Float64Array,
  { level, deviations, minEffect, isResidual }: MeasureOptions & { isResidual: boolean },
): Measured {
  const known = knownNumbers(values);
  const reference = sortedSample(prepared.sorted);
  const current = sortedSample(borrowCopy(known).sort());
  const time = {
    reference: autocorrelationTime(prepared.levels),
    current: Math.max(
      autocorrelationTime(prepared.levels, known.length),
      firstOrderTime(withoutTails(known, prepared.sorted)),
    ),
  };
  const effective = {
    reference: reference.sorted.length / time.reference,
    current: known.length / time.current,
  };
  const effectiveRows = jointRows(effective.reference, effective.current);
  const compared = compareNumbers(reference, current, effectiveRows);
  const effect = effectOf(compared, reference, current, { effective, deviations });
  const significance = testNumbers(reference, current, compared, { time, effectiveRows });
  const seemsMoved = (significance.pValue ?? 1) < level && effect.low >= minEffect;
  return {
    ...significance,
    effect,
    effectiveRows,
    ...(seemsMoved && { change: changeOf(prepared.sorted, values, known) }),
    ...(seemsMoved && isResidual && { isOnlyBias: isOnlyBias(reference, current, effectiveRows, minEffect) }),
  };
}

function testNumbers(
  reference: NumericSample,
  current: NumericSample,
  compared: NumberComparison,
  { time, effectiveRows }: { time: { reference: number; current: number }; effectiveRows: number },
): Pick<Measured, 'test' | 'why' | 'statistic' | 'pValue'> {
  const [m, n] = [reference.sorted.length, current.sorted.length];
  const isIndependent = time.reference === 1 && time.current === 1;
  if (isIndependent && Math.min(m, n) < fewestOfLimit && Math.max(m, n) <= mostOfExact) {
    const { largestGap } = compared;
    const pValue = smirnovExact(m, n, largestGap / greatestCommonDivisor(m, n));
    return { test: 'ks', why: whyExact, statistic: largestGap / (m * n), pValue };
  }
  const inflation = jointRows(m, n) / effectiveRows;
  return {
    test: 'anderson-darling',
    why: whyAndersonDarling(inflation),
    statistic: compared.andersonDarling,
    pValue: andersonDarlingSurvival(compared.andersonDarling / inflation),
  };
}

/**
 * Wasserstein distance in reference deviations, and the bound above which it truly lies with the confidence of `deviations`: the
 * noise-corrected distance less its spread, which is at most that of the two means.
 */
function effectOf(
  { wasserstein, corrected }: NumberComparison,
  reference: NumericSample,
  current: NumericSample,
  { effective, deviations }: { effective: { reference: number; current: number }; deviations: number },
): { name: 'wasserstein'; value: number; low: number } {
  const deviation = Math.sqrt(reference.variance);
  const spread = Math.sqrt(reference.variance / effective.reference + current.variance / effective.current);
  return {
    name: 'wasserstein',
    value: wasserstein / deviation,
    low: Math.max(0, corrected - deviations * spread) / deviation,
  };
}

/** Whether the residuals are as far from zero as they were once the difference of the means is taken off. */
function isOnlyBias(
  reference: NumericSample,
  current: NumericSample,
  effectiveRows: number,
  minEffect: number,
): boolean {
  const shift = current.mean - reference.mean;
  const centred = { ...current, sorted: current.sorted.map((value) => value - shift) };
  const { corrected } = compareNumbers(reference, centred, effectiveRows);
  return corrected < minEffect * Math.sqrt(reference.variance);
}

/** Ascending numbers with their mean and variance. */
function sortedSample(sorted: Float64Array): NumericSample {
  let sum = 0;
  for (let i = 0; i < sorted.length; i++) sum += sorted[i];
  const mean = sum / sorted.length;
  let squares = 0;
  for (let i = 0; i < sorted.length; i++) squares += (sorted[i] - mean) * (sorted[i] - mean);
  return { sorted, mean, variance: squares / (sorted.length - 1) };
}

/** Since when and how the numbers moved; the position among all rows, missing ones too. */
function changeOf(sorted: Float64Array, values: Float64Array, known: Float64Array): ColumnMeasure['change'] {
  const cuts = quantileCuts(sorted);
  const counts = countCells(numberCells(sorted, cuts), cuts.length + 1);
  const { position, isGradual } = changePoint(numberCells(known, cuts), counts);
  let seen = -1;
  return { position: values.findIndex((value) => Number.isFinite(value) && ++seen === position), isGradual };
}
