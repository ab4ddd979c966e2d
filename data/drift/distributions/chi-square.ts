import { poissonProbability } from './saddle-point.ts';

/**
 * Upper tail of the chi-square distribution at x ≥ 0 with `freedom` > 0 degrees of freedom, with full relative
 * accuracy far out. Equal to scipy.stats.chi2.sf.
 */
export function chiSquareSurvival(x: number, freedom: number): number {
  if (Number.isNaN(x) || !(freedom > 0)) return Number.NaN;
  if (x <= 0) return 1;
  return x === Number.POSITIVE_INFINITY ? 0 : upperGamma(freedom / 2, x / 2);
}

/**
 * Regularised upper incomplete gamma function Q(a, x): power series below the mean, Lentz's continued fraction
 * above it, both scaled by Loader's Poisson probability. (@stdlib's gammainc is 0.8 % off at a = 10,000.)
 */
function upperGamma(a: number, x: number): number {
  const scale = poissonProbability(a, x);
  return x < a + 1 ? 1 - scale * lowerSeries(a, x) : scale * a * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let sum = 1;
  let term = 1;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 100_000; n++) {
    const weight = -n * (n - a);
    b += 2;
    d = 1 / (weight * d + b || tiny);
    c = b + weight / c || tiny;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return fraction;
}
