import { createRandom } from '../../generators/random.ts';
import { normalSurvival } from '../distributions/normal.ts';
import { fitLogistic, logOdds } from './logistic.ts';
import { type Matrix, sampleRows, shuffledRows, standardise, takeRows } from './matrix.ts';
import { withTerms } from './terms.ts';

export interface DomainDrift {
  /** How well a classifier tells current rows from the reference: 0.5 not at all, 1 always. */
  auc: number;
  /** One-sided: that it tells them better than by chance. */
  pValue: number;
}

/** Rows of each side, below which nothing can be said; and that are used at most. */
const fewestRows = 20;
const mostRows = 2500;

/** The scores' AUC and its test by Mann and Whitney, ties half. @param reference scores of that side's rows. */
export function aucTest(reference: Float64Array, current: Float64Array): DomainDrift {
  const known = (scores: Float64Array) => scores.filter((score) => !Number.isNaN(score));
  const { auc, z } = rankTest(known(reference), known(current));
  return { auc, pValue: normalSurvival(z) };
}

/**
 * All inputs at once: a logistic regression on them, their squares and products learns on one half of the rows to tell
 * both sides apart and is judged on the other, then the other way round.
 * @see Lopez-Paz and Oquab 2017, Revisiting Classifier Two-Sample Tests
 */
export function domainDrift(reference: Matrix, current: Matrix, seed: number): DomainDrift {
  if (Math.min(reference.rows, current.rows) < fewestRows || reference.width === 0)
    return { auc: 0.5, pValue: 1 };
  const sides = standardise(sampleRows(reference, mostRows, seed), sampleRows(current, mostRows, seed + 1));
  const [ones, others] = [
    halves(withTerms(sides.reference), seed),
    halves(withTerms(sides.current), seed + 1),
  ];
  const folds = [0, 1].map((fold) => {
    const coefficients = fitLogistic(...labelled(ones[fold], others[fold]));
    return rankTest(logOdds(ones[1 - fold], coefficients), logOdds(others[1 - fold], coefficients));
  });
  const mean = (of: (fold: (typeof folds)[number]) => number) => (of(folds[0]) + of(folds[1])) / 2;
  // Each half's chance differences judge the other's, so both turns say nearly the same: their mean counts once.
  return { auc: mean(({ auc }) => auc), pValue: normalSurvival(mean(({ z }) => z)) };
}

function halves(matrix: Matrix, seed: number): [Matrix, Matrix] {
  const order = shuffledRows(matrix.rows, createRandom(seed));
  const half = order.length >> 1;
  return [takeRows(matrix, order.subarray(0, half)), takeRows(matrix, order.subarray(half))];
}

function labelled(reference: Matrix, current: Matrix): [Matrix, Uint8Array] {
  const rows = reference.rows + current.rows;
  const values = new Float64Array(rows * reference.width);
  values.set(reference.values);
  values.set(current.values, reference.values.length);
  const classes = new Uint8Array(rows).fill(1, reference.rows);
  return [{ rows, width: reference.width, values }, classes];
}

function rankTest(reference: Float64Array, current: Float64Array): { auc: number; z: number } {
  const [m, n] = [reference.length, current.length];
  const [ones, others] = [reference.slice().sort(), current.slice().sort()];
  let wins = 0;
  let ties = 0;
  for (let i = 0, j = 0; i < m || j < n; ) {
    const value = Math.min(ones[i] ?? Number.POSITIVE_INFINITY, others[j] ?? Number.POSITIVE_INFINITY);
    const [ofOnes, ofOthers] = [i, j];
    while (i < m && ones[i] === value) i += 1;
    while (j < n && others[j] === value) j += 1;
    const [a, b] = [i - ofOnes, j - ofOthers];
    wins += b * (ofOnes + a / 2);
    ties += (a + b) ** 3 - (a + b);
  }
  const variance = ((m * n) / 12) * (m + n + 1 - ties / ((m + n) * (m + n - 1)));
  const z = variance > 0 ? (wins - (m * n) / 2) / Math.sqrt(variance) : 0;
  return { auc: wins / (m * n), z };
}
