import { Matrix, solve } from 'ml-matrix';

/** Upper critical values at these levels are b₀ + b₁/√(k − 1) + b₂/(k − 1) of table 2 in Scholz and Stephens (1987). */
const levels = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];
const table = {
  b0: [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085],
  b1: [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615],
  b2: [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154],
};
const critical = levels.map((_, i) => table.b0[i] + table.b1[i] + table.b2[i]);

const logLevels = Matrix.columnVector(levels.map(Math.log));
const powers = new Matrix(critical.map((value) => [1, value, value ** 2]));
const [constant, slope, curvature] = solve(powers, logLevels).to1DArray();

/**
 * P(A² ≥ statistic) of the standardised two-sample Anderson–Darling statistic: a parabola through the logarithms of
 * seven tabled levels, held to their range of 0.001 to 0.25. Equal to scipy.stats.anderson_ksamp.
 */
export function andersonDarlingSurvival(statistic: number): number {
  if (statistic < critical[0]) return levels[0];
  if (statistic > critical[critical.length - 1]) return levels[levels.length - 1];
  return Math.exp(constant + slope * statistic + curvature * statistic ** 2);
}
