import gammaln from '@stdlib/math-base-special-gammaln';

const halfLogTwoPi = Math.log(2 * Math.PI) / 2;

/**
 * log(n!) less Stirling's formula, for real n > 0.
 * Source: C. Loader, "Fast and accurate computation of binomial probabilities" (2000).
 */
export function stirlingError(n: number): number {
  if (n < 16) return gammaln(n + 1) - (n + 0.5) * Math.log(n) + n - halfLogTwoPi;
  const s = n * n;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / s) / s) / s) / s) / n;
}

const smallStirlingErrors = Float64Array.from({ length: 64 }, (_, n) => (n === 0 ? 0 : stirlingError(n)));
const stirlingErrorOfCount = (n: number): number =>
  n < smallStirlingErrors.length ? smallStirlingErrors[n] : stirlingError(n);

/** x·log(x/mean) + mean − x for x, mean > 0, without cancellation where both are close (Loader 2000). */
export function deviance(x: number, mean: number): number {
  const difference = x - mean;
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) + mean - x;
  const v = difference / (x + mean);
  let sum = difference * v;
  let term = 2 * x * v;
  for (let j = 1; j < 1000; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

/** Probability of k successes in n trials, k and n integers, `p` and `q` = 1 − p both given (Loader 2000). */
export function binomialProbability(k: number, n: number, p: number, q: number): number {
  if (k === 0) return Math.exp(p < q ? n * Math.log1p(-p) : n * Math.log(q));
  if (k === n) return Math.exp(q < p ? n * Math.log1p(-q) : n * Math.log(p));
  const exponent =
    stirlingErrorOfCount(n) -
    stirlingErrorOfCount(k) -
    stirlingErrorOfCount(n - k) -
    deviance(k, n * p) -
    deviance(n - k, n * q);
  return Math.sqrt(n / (2 * Math.PI * k * (n - k))) * Math.exp(exponent);
}

/** meanᵃ·e^(−mean)/Γ(a + 1) for real a > 0 and mean > 0 (Loader 2000). */
export const poissonProbability = (a: number, mean: number): number =>
  Math.exp(-stirlingError(a) - deviance(a, mean)) / Math.sqrt(2 * Math.PI * a);
