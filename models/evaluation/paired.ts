/** Tests of two models' losses on the same rows, as evidence beside the paired bootstrap. */
export interface PairedTest {
  name: 'mcnemar' | 'diebold-mariano';
  statistic: number;
  /** Two-sided. */
  pValue: number;
  /** What a reader needs beside: discordant rows, or lags of the variance. */
  detail: Record<string, number>;
}

/** Up to here McNemar's test is exact. */
const mostExact = 1_000;

/**
 * McNemar's test of whether two classifiers are wrong equally often (McNemar 1947): exact binomial up to 1,000 rows
 * that only one of them has right, with Edwards' continuity correction above. As statsmodels' `mcnemar`.
 * @param challenger whether each answer is wrong: 0 or 1.
 */
export function mcNemar(challenger: ArrayLike<number>, champion: ArrayLike<number>): PairedTest {
  let challengerOnly = 0;
  let championOnly = 0;
  for (let row = 0; row < challenger.length; row++) {
    if (challenger[row] === champion[row]) continue;
    if (challenger[row] === 0) challengerOnly++;
    else championOnly++;
  }
  const discordant = challengerOnly + championOnly;
  const fewer = Math.min(challengerOnly, championOnly);
  const detail = { onlyChallengerRight: challengerOnly, onlyChampionRight: championOnly };
  if (discordant <= mostExact)
    return {
      name: 'mcnemar',
      statistic: fewer,
      pValue: Math.min(1, 2 * fairCoinAtMost(fewer, discordant)),
      detail,
    };
  const statistic = (Math.abs(challengerOnly - championOnly) - 1) ** 2 / discordant;
  return { name: 'mcnemar', statistic, pValue: erfc(Math.sqrt(statistic / 2)), detail };
}

/** The chance of at most `heads` heads in `throws` of a fair coin, in 0..1. */
export function fairCoinAtMost(heads: number, throws: number): number {
  let log = -throws * Math.LN2;
  let sum = 0;
  for (let k = 0; k <= heads; k++) {
    sum += Math.exp(log);
    log += Math.log((throws - k) / (k + 1));
  }
  return sum;
}

/**
 * Test of equal predictive accuracy (Diebold & Mariano 1995) against the normal distribution, with a variance that
 * holds where neighbouring rows' differences go together (Newey & West 1987, Bartlett weights; lags by the rule
 * 4·(n/100)^(2/9)).
 * @param differences of losses, challenger minus champion, in time order where `isOrdered`; no lags otherwise.
 */
export function dieboldMariano(differences: Float64Array, isOrdered: boolean): PairedTest {
  const { length } = differences;
  const lags = isOrdered ? Math.min(length - 1, Math.floor(4 * (length / 100) ** (2 / 9))) : 0;
  const mean = differences.reduce((sum, value) => sum + value, 0) / length;
  let variance = autocovariance(differences, mean, 0);
  for (let lag = 1; lag <= lags; lag++)
    variance += 2 * (1 - lag / (lags + 1)) * autocovariance(differences, mean, lag);
  const detail = { lags, mean };
  if (variance <= 0) return { name: 'diebold-mariano', statistic: 0, pValue: 1, detail };
  const statistic = mean / Math.sqrt(variance / length);
  return { name: 'diebold-mariano', statistic, pValue: erfc(Math.abs(statistic) / Math.SQRT2), detail };
}

function autocovariance(values: Float64Array, mean: number, lag: number): number {
  let sum = 0;
  for (let row = lag; row < values.length; row++) sum += (values[row] - mean) * (values[row - lag] - mean);
  return sum / values.length;
}

/** The chance that a standard normal number is above `z`. */
export const normalAbove = (z: number): number => (z < 0 ? 1 - normalAbove(-z) : erfc(z / Math.SQRT2) / 2);

const seriesBelow = 2.5;
/**
 * The complementary error function for x of 0 or more, to about 13 digits also in the far tail: the series of erf
 * near 0, the continued fraction from 2.5 on (Abramowitz & Stegun 7.1.6 and 7.1.14).
 */
export function erfc(x: number): number {
  if (x > seriesBelow) {
    let fraction = 0;
    for (let k = 80; k > 0; k--) fraction = k / 2 / (x + fraction);
    return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
  }
  let term = x;
  let sum = x;
  for (let k = 1; Math.abs(term) > Number.EPSILON * sum; k++) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
