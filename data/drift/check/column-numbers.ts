import quantile from '@stdlib/stats-base-dists-normal-quantile';
import type { NumericSample } from '../../../contracts/detector.ts';
import { ksExact } from '../tests/ks.ts';
import { numericSample } from '../tests/samples.ts';
import { andersonDarlingSurvival } from './anderson-darling.ts';
import { autocorrelationTime, firstOrderTime } from './autocorrelation.ts';
import { countCells, numberCells, quantileCuts } from './cells.ts';
import { changePoint } from './change-point.ts';
import { compareNumbers, type NumberComparison } from './compare-numbers.ts';
import { type ColumnMeasure, jointRows, type MeasureOptions } from './measure.ts';
import { knownNumbers, type PreparedNumber } from './prepare.ts';
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
  { level, minEffect, isResidual }: MeasureOptions & { isResidual: boolean },
): Measured {
  const known = knownNumbers(values);
  const reference = numericSample(prepared.sorted);
  const current = numericSample(known);
  const cuts = quantileCuts(prepared.sorted);
  const cells = numberCells(known, cuts);
  const time = {
    reference: autocorrelationTime(prepared.levels),
    current: Math.max(
      autocorrelationTime(prepared.levels, known.length),
      firstOrderTime(Float64Array.from(cells)),
    ),
  };
  const effective = {
    reference: reference.sorted.length / time.reference,
    current: known.length / time.current,
  };
  const effectiveRows = jointRows(effective.reference, effective.current);
  const compared = compareNumbers(reference, current, effectiveRows);
  const effect = effectOf(compared, reference, current, { effective, level });
  const significance = testNumbers(reference, current, compared, { time, effectiveRows });
  const seemsMoved = (significance.pValue ?? 1) < level && effect.low >= minEffect;
  return {
    ...significance,
    effect,
    effectiveRows,
    ...(seemsMoved && {
      change: atRow(
        values,
        changePoint(cells, countCells(numberCells(prepared.sorted, cuts), cuts.length + 1)),
      ),
    }),
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
    const { statistic, pValue = null } = ksExact(reference, current);
    return { test: 'ks', why: whyExact, statistic, pValue };
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
 * Wasserstein distance in reference deviations, and the bound above which it truly lies with confidence 1 − `level`: the
 * noise-corrected distance less its spread, which is at most that of the two means.
 */
function effectOf(
  { wasserstein, corrected }: NumberComparison,
  reference: NumericSample,
  current: NumericSample,
  { effective, level }: { effective: { reference: number; current: number }; level: number },
): { name: 'wasserstein'; value: number; low: number } {
  const deviation = Math.sqrt(reference.variance);
  const spread = Math.sqrt(reference.variance / effective.reference + current.variance / effective.current);
  return {
    name: 'wasserstein',
    value: wasserstein / deviation,
    low: Math.max(0, corrected - quantile(1 - level, 0, 1) * spread) / deviation,
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

/** A position among the known values as one among all rows. */
function atRow<Change extends { position: number }>(values: Float64Array, change: Change): Change {
  let known = -1;
  const position = values.findIndex((value) => Number.isFinite(value) && ++known === change.position);
  return { ...change, position };
}
