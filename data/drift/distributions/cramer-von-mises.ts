import gammaln from '@stdlib/math-base-special-gammaln';

/**
 * P(ω² ≥ x) of the limit of the Cramér–von Mises statistic. The series ends where scipy's does (terms below 1e-7), so
 * that both give the same tail; below about 1e-11 the answer is rounding noise, or 0.
 * Source: S. Csörgő and J. J. Faraway (1996), eq. 1.3; equal to scipy.stats.cramervonmises_2samp(asymptotic).
 */
export function cramerVonMisesSurvival(x: number): number {
  if (x < 0.003) return 1;
  let sum = 0;
  for (let k = 0; ; k++) {
    const y = 4 * k + 1;
    const q = y ** 2 / (16 * x);
    const scale = Math.exp(gammaln(k + 0.5) - gammaln(k + 1)) / (Math.PI ** 1.5 * Math.sqrt(x));
    const term = scale * Math.sqrt(y) * Math.exp(-2 * q) * scaledBesselK(0.25, q);
    sum += term;
    if (Math.abs(term) < 1e-7) return Math.max(0, 1 - sum);
  }
}

/**
 * e^q·K_ν(q), q > 0: the trapezoidal rule on ∫ e^(−q(cosh t − 1))·cosh νt dt over t ≥ 0, which converges
 * exponentially (N. M. Temme 1975).
 */
function scaledBesselK(order: number, q: number): number {
  const step = Math.min(0.25, 0.7 / Math.sqrt(q));
  let sum = 0.5;
  for (let i = 1; ; i++) {
    const t = i * step;
    const term = Math.exp(-2 * q * Math.sinh(t / 2) ** 2) * Math.cosh(order * t);
    sum += term;
    if (term < sum * 1e-18) return sum * step;
  }
}

/**
 * Exact P(U ≥ u) of the two-sample statistic for small samples without ties, by Xiao, Gordon and Yakovlev's count of
 * the paths with each value ("A C++ program for the Cramér–von Mises two-sample test", 2006).
 */
export function cramerVonMisesExact(u: number, m: number, n: number): number {
  const lcm = leastCommonMultiple(m, n);
  const [a, b] = [lcm / m, lcm / n];
  const product = m * n;
  const zeta = Math.floor((lcm ** 2 * (m + n) * (6 * u - product * (4 * product - 1))) / (6 * product ** 2));
  let row: Histogram[] = Array.from({ length: m + 1 }, (_, v) => (v === 0 ? start : nothing));
  for (let step = 0; step <= n; step++) {
    const next: Histogram[] = [];
    let left = nothing;
    for (const [v, below] of row.entries()) {
      left = merged(left, below, (a * v - b * step) ** 2);
      next.push(left);
    }
    row = next;
  }
  const { values, paths } = row[m];
  let [beyond, all] = [0, 0];
  for (const [i, value] of values.entries()) {
    all += paths[i];
    if (value >= zeta) beyond += paths[i];
  }
  return beyond / all;
}

/** How many paths have each value, values ascending. */
interface Histogram {
  values: Float64Array;
  paths: Float64Array;
}
const nothing: Histogram = { values: new Float64Array(), paths: new Float64Array() };
const start: Histogram = { values: Float64Array.of(0), paths: Float64Array.of(1) };

/** Paths of both histograms together, each value larger by `shift`. */
function merged(one: Histogram, other: Histogram, shift: number): Histogram {
  const most = one.values.length + other.values.length;
  const [values, paths] = [new Float64Array(most), new Float64Array(most)];
  let [i, j, size] = [0, 0, 0];
  for (; i < one.values.length || j < other.values.length; size++) {
    const ofOne = i < one.values.length ? one.values[i] : Number.POSITIVE_INFINITY;
    const ofOther = j < other.values.length ? other.values[j] : Number.POSITIVE_INFINITY;
    values[size] = Math.min(ofOne, ofOther) + shift;
    if (ofOne <= ofOther) paths[size] += one.paths[i++];
    if (ofOther <= ofOne) paths[size] += other.paths[j++];
  }
  return { values: values.subarray(0, size), paths: paths.subarray(0, size) };
}

function leastCommonMultiple(m: number, n: number): number {
  let [a, b] = [m, n];
  while (b > 0) [a, b] = [b, a % b];
  return (m / a) * n;
}
