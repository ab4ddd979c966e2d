import { leastProbability } from './state.ts';

const [coldest, hottest] = [0.01, 100];
const maximumSteps = 100;

/**
 * The temperature at which probabilities to the power of 1 / temperature, made to add up to 1 again, have the least
 * log-loss (Guo et al. 2017). The loss is convex in 1 / temperature: Newton's method, kept within 0.01..100.
 */
export function fitTemperature(probabilities: Float64Array, classes: number, actual: Float64Array): number {
  const logs = probabilities.map((p) => Math.log(Math.max(leastProbability, p)));
  let [low, high] = [1 / hottest, 1 / coldest];
  let inverse = 1;
  for (let step = 0; step < maximumSteps; step++) {
    const { slope, curvature } = derivatives(logs, classes, actual, inverse);
    if (slope > 0) high = inverse;
    else low = inverse;
    const newton = inverse - slope / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const isDone = Math.abs(next - inverse) < 1e-12 * inverse;
    inverse = next;
    if (isDone || slope === 0) break;
  }
  return 1 / inverse;
}

/** Of the mean log-loss by the inverse temperature. */
function derivatives(
  logs: Float64Array,
  classes: number,
  actual: Float64Array,
  inverse: number,
): { slope: number; curvature: number } {
  let slope = 0;
  let curvature = 0;
  for (let row = 0; row < actual.length; row++) {
    const start = row * classes;
    let [total, first, second] = [0, 0, 0];
    for (let k = 0; k < classes; k++) {
      const log = logs[start + k];
      const weight = Math.exp(inverse * log);
      total += weight;
      first += weight * log;
      second += weight * log * log;
    }
    const mean = first / total;
    slope += mean - logs[start + actual[row]];
    curvature += second / total - mean * mean;
  }
  return { slope: slope / actual.length, curvature: curvature / actual.length };
}
