/**
 * Benjamini and Hochberg's adjusted p-values: rejecting those ≤ q keeps the false discovery rate ≤ q for independent
 * or positively dependent tests. Source: JRSS B 57 (1995); equal to scipy.stats.false_discovery_control.
 */
export const benjaminiHochberg = (pValues: readonly number[]): number[] => stepUp(pValues, 1);

/**
 * Benjamini and Yekutieli's adjusted p-values: false discovery rate ≤ q under any dependence. Source: Annals of
 * Statistics 29 (2001); equal to scipy.stats.false_discovery_control(method="by").
 */
export function benjaminiYekutieli(pValues: readonly number[]): number[] {
  let harmonic = 0;
  for (let i = 1; i <= pValues.length; i++) harmonic += 1 / i;
  return stepUp(pValues, harmonic);
}

/**
 * Holm's adjusted p-values: rejecting those ≤ α keeps the chance of any false rejection ≤ α under any dependence.
 * Source: Scandinavian Journal of Statistics 6 (1979); equal to statsmodels' multipletests(method="holm").
 */
export function holm(pValues: readonly number[]): number[] {
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  for (const [rank, index] of ascending(pValues).entries()) {
    largest = Math.max(largest, pValues[index] * (pValues.length - rank));
    adjusted[index] = Math.min(largest, 1);
  }
  return adjusted;
}

function stepUp(pValues: readonly number[], factor: number): number[] {
  const adjusted = new Array<number>(pValues.length);
  let least = 1;
  const order = ascending(pValues);
  for (let rank = order.length; rank > 0; rank--) {
    const index = order[rank - 1];
    least = Math.min(least, pValues[index] * ((factor * pValues.length) / rank));
    adjusted[index] = least;
  }
  return adjusted;
}

const ascending = (pValues: readonly number[]): number[] =>
  pValues.map((_, index) => index).sort((a, b) => pValues[a] - pValues[b]);
