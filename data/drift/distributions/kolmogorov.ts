import { Matrix } from 'ml-matrix';
import { pelzGood } from './pelz-good.ts';
import { stirlingError } from './saddle-point.ts';
import { smirnov } from './smirnov.ts';

/**
 * P(Dn ≥ x) of the two-sided one-sample Kolmogorov–Smirnov statistic of n rows, 0 ≤ x ≤ 1.
 * Source: R. Simard and P. L'Ecuyer, "Computing the two-sided Kolmogorov–Smirnov distribution" (2011); equal to
 * scipy.stats.kstwo.sf.
 */
export function kolmogorovSurvival(n: number, x: number): number {
  if (x >= 1) return 0;
  const t = n * x;
  if (x <= 0 || t <= 0.5) return 1;
  if (t <= 1) return 1 - rubenGambino(n, t);
  if (t >= n - 1) return Math.min(2 * (1 - x) ** n, 1);
  const square = t * x;
  if (x >= 0.5 || square >= (n <= 140 ? 4 : 2.2))
    return n > 140 && square >= 370 ? 0 : Math.min(2 * smirnov(n, x), 1);
  const isSmall = n <= 140 || (n <= 100_000 && n * x ** 1.5 <= 1.4);
  return clip(1 - (isSmall ? durbinMatrix(n, x) : pelzGood(n, x)));
}

const clip = (probability: number): number => Math.min(Math.max(probability, 0), 1);

/** P(Dn ≤ t/n) for 1/2 < t ≤ 1: n!/nⁿ·(2t − 1)ⁿ. */
const rubenGambino = (n: number, t: number): number =>
  Math.sqrt(2 * Math.PI * n) * Math.exp(stirlingError(n) - n + n * Math.log(2 * t - 1));

/** P(Dn ≤ x) by powers of Durbin's matrix (Marsaglia, Tsang and Wang 2003): O(k³·log n) with k = n·x. */
function durbinMatrix(n: number, x: number): number {
  const k = Math.ceil(n * x);
  let base = transitions(k, k - n * x);
  let power = Matrix.eye(2 * k - 1, 2 * k - 1);
  let logScale = 0;
  let logBaseScale = 0;
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      power = power.mmul(base);
      logScale += logBaseScale;
    }
    base = base.mmul(base);
    logBaseScale *= 2;
    const middle = base.get(k - 1, k - 1);
    base.div(middle);
    logBaseScale += Math.log(middle);
  }
  const logFactorial = stirlingError(n) + Math.log(2 * Math.PI * n) / 2 - n;
  return power.get(k - 1, k - 1) * Math.exp(logScale + logFactorial);
}

function transitions(k: number, h: number): Matrix {
  const size = 2 * k - 1;
  const inverseFactorial = new Float64Array(size + 1).fill(1);
  for (let i = 1; i <= size; i++) inverseFactorial[i] = inverseFactorial[i - 1] / i;
  const edge = Float64Array.from({ length: size }, (_, i) => (1 - h ** (i + 1)) * inverseFactorial[i + 1]);
  edge[size - 1] = (1 + Math.max(2 * h - 1, 0) ** size - 2 * h ** size) * inverseFactorial[size];
  const matrix = Matrix.zeros(size, size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const place = row - column + 1;
      if (row === size - 1) matrix.set(row, column, edge[size - 1 - column]);
      else if (column === 0) matrix.set(row, 0, edge[row]);
      else if (place >= 0) matrix.set(row, column, inverseFactorial[place]);
    }
  return matrix;
}
