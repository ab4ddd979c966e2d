import { normalSurvival } from '../../data/drift/distributions/normal.ts';
import type { Answers } from './answers.ts';

/** Classes and whether the champion missed them, of rows whose class is known. */
export interface ClassErrors {
  actual: ArrayLike<number>;
  /** 0 right, 1 wrong. */
  errors: ArrayLike<number>;
}

/** Rows below which a class's rate of errors is no rate. */
const leastOfClass = 5;
const chance = 0.05;

/** Of a classification's answers. */
export const classErrorsOf = ({ scored, loss }: Pick<Answers, 'scored' | 'loss'>): ClassErrors => ({
  actual: scored.actual,
  errors: loss.filter((value) => !Number.isNaN(value)),
});

/**
 * Whether the champion errs more than other shares of the classes explain. Where shares alone have moved, inputs of a
 * class look as before, and so the champion misses each class as often as before (Lipton, Wang and Smola, Detecting and
 * Correcting for Label Shift with Black Box Predictors, ICML 2018): then its errors are those rates, weighed anew. A
 * one-sided test at 5 % of what it errs beyond that.
 */
export function isBeyondShares(before: ClassErrors, now: ClassErrors): boolean {
  const known = ratesOf(before);
  const current = ratesOf(now);
  let [rows, errors, expected, variance] = [0, 0, 0, 0];
  for (const [code, { rows: count, errors: missed }] of current) {
    const then = known.get(code);
    if (then === undefined || then.rows < leastOfClass) continue;
    const rate = then.errors / then.rows;
    rows += count;
    errors += missed;
    expected += count * rate;
    variance += (count ** 2 * rate * (1 - rate)) / then.rows + count * rate * (1 - rate);
  }
  if (rows === 0 || errors <= expected) return false;
  return variance === 0 || normalSurvival((errors - expected) / Math.sqrt(variance)) < chance;
}

function ratesOf({ actual, errors }: ClassErrors): Map<number, { rows: number; errors: number }> {
  const rates = new Map<number, { rows: number; errors: number }>();
  for (let row = 0; row < actual.length; row++) {
    const rate = rates.get(actual[row]) ?? { rows: 0, errors: 0 };
    rates.set(actual[row], { rows: rate.rows + 1, errors: rate.errors + errors[row] });
  }
  return rates;
}
