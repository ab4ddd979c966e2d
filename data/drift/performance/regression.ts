import { Matrix as Dense, solve } from 'ml-matrix';
import type { Estimate } from '../../../contracts/metrics.ts';
import { createRandom } from '../../generators/random.ts';
import { type Matrix, rowOf, shuffledRows, standardise, takeRows } from '../multivariate/matrix.ts';
import { withTerms } from '../multivariate/terms.ts';

/** Losses that a model of them expects, and how far real ones are from it (standard deviation). */
export interface ExpectedLosses {
  expected: Float64Array;
  spread: number;
  /** Rows that the model has learned from. */
  learntRows: number;
}

const band = 1.959963984540054;
/** Weight of the squared coefficients, a row. */
const ridge = 1e-3;

/**
 * What a metric of a regression is before targets arrive, from the loss that a model expects of each row: blind to a
 * changed relation of the target to the inputs. `low` to `high` is where 95 % of samples of so many rows fall.
 * @param losses absolute errors for `mae`, squared ones for `rmse`.
 * @see DLE, direct loss estimation: NannyML 0.13
 */
export function estimateRegression(
  { expected, spread, learntRows }: ExpectedLosses,
  metric: 'mae' | 'rmse',
): Estimate {
  const rows = expected.length;
  const mean = expected.reduce((sum, loss) => sum + loss, 0) / rows;
  const half = band * spread * Math.sqrt(1 / rows + 1 / learntRows);
  const scale = (loss: number) => (metric === 'rmse' ? Math.sqrt(Math.max(0, loss)) : Math.max(0, loss));
  return { value: scale(mean), low: scale(mean - half), high: scale(mean + half) };
}

/**
 * The losses of current rows as those of labelled rows let expect: a ridge regression on the inputs, their squares and
 * products. The spread is that of labelled rows that a fit on the others did not see.
 * @param losses of each row of `labelled`, which the champion has not learned from.
 */
export function expectLosses(
  labelled: Matrix,
  losses: Float64Array,
  current: Matrix,
  seed: number,
): ExpectedLosses {
  const sides = standardise(labelled, current);
  const [known, asked] = [withTerms(sides.reference), withTerms(sides.current)];
  const order = shuffledRows(known.rows, createRandom(seed));
  const half = order.length >> 1;
  const folds = [order.subarray(0, half), order.subarray(half)];
  let squares = 0;
  for (const [fold, rows] of folds.entries()) {
    const expected = predict(
      learn(takeRows(known, folds[1 - fold]), pick(losses, folds[1 - fold])),
      takeRows(known, rows),
    );
    for (const [place, row] of rows.entries()) squares += (losses[row] - expected[place]) ** 2;
  }
  const [least, most] = bounds(losses);
  return {
    expected: predict(learn(known, losses), asked).map((loss) => Math.max(least, Math.min(loss, most))),
    spread: Math.sqrt(squares / known.rows),
    learntRows: known.rows,
  };
}

const pick = (values: Float64Array, rows: Int32Array): Float64Array =>
  Float64Array.from(rows, (row) => values[row]);

function bounds(values: Float64Array): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

interface Fit {
  mean: number;
  /** Of each term about its mean. */
  centre: Float64Array;
  coefficients: number[];
}

function learn(terms: Matrix, losses: Float64Array): Fit {
  const { rows, width } = terms;
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / rows;
  const centre = new Float64Array(width);
  for (let row = 0; row < rows; row++)
    for (const [term, value] of rowOf(terms, row).entries()) centre[term] += value / rows;
  const square = new Float64Array(width * width);
  const right = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    const apart = rowOf(terms, row).map((value, term) => value - centre[term]);
    for (let i = 0; i < width; i++) {
      right[i] += apart[i] * (losses[row] - mean);
      for (let j = 0; j < width; j++) square[i * width + j] += apart[i] * apart[j];
    }
  }
  for (let i = 0; i < width; i++) square[i * width + i] += ridge * rows;
  const table = Dense.from1DArray(width, width, square);
  return { mean, centre, coefficients: solve(table, Dense.columnVector(right)).to1DArray() };
}

const predict = ({ mean, centre, coefficients }: Fit, terms: Matrix): Float64Array =>
  Float64Array.from({ length: terms.rows }, (_, row) => {
    let loss = mean;
    for (const [term, value] of rowOf(terms, row).entries())
      loss += coefficients[term] * (value - centre[term]);
    return loss;
  });
