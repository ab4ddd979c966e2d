import { solve, Matrix as Table } from 'ml-matrix';

/** A weighted linear model of `outputs` targets at once. */
export interface SurrogateTask {
  /** rows × width, row-major. */
  inputs: Float64Array;
  width: number;
  /** rows × outputs, row-major. */
  targets: Float64Array;
  outputs: number;
  weights: Float64Array;
  /** `total`: no intercept, and the slopes of each output add up to its number. `ridge`: intercept, L2 penalty. */
  rule: { kind: 'total'; totals: Float64Array } | { kind: 'ridge'; penalty: number };
}
export interface Surrogate {
  /** outputs × width, row-major. */
  slopes: Float64Array;
  intercepts: Float64Array;
  /** Weighted R² per output; 1 where the targets do not vary. */
  fidelity: Float64Array;
}

/** Entry of a pool thread: the weighted least squares of one task. */
export default function fitSurrogate(task: SurrogateTask): Surrogate {
  return task.rule.kind === 'total'
    ? fitWithTotal(task, task.rule.totals)
    : fitRidge(task, task.rule.penalty);
}

/** The last slope is the total less the others (Lundberg & Lee 2017, as shap's `KernelExplainer` solves it). */
function fitWithTotal(task: SurrogateTask, totals: Float64Array): Surrogate {
  const { inputs, width, outputs, targets, weights } = task;
  const last = width - 1;
  const free = new Float64Array(weights.length * last);
  const rest = new Float64Array(targets.length);
  for (let row = 0; row < weights.length; row++) {
    const own = inputs[row * width + last];
    for (let i = 0; i < last; i++) free[row * last + i] = inputs[row * width + i] - own;
    for (let k = 0; k < outputs; k++) rest[row * outputs + k] = targets[row * outputs + k] - own * totals[k];
  }
  const solved = leastSquares(free, last, rest, outputs, weights, 0);
  const slopes = new Float64Array(outputs * width);
  for (let k = 0; k < outputs; k++) {
    let sum = 0;
    for (let i = 0; i < last; i++) {
      slopes[k * width + i] = solved.get(i, k);
      sum += solved.get(i, k);
    }
    slopes[k * width + last] = totals[k] - sum;
  }
  return describe(task, slopes, new Float64Array(outputs));
}

/** Centred by weighted means, so that the intercept goes without penalty, as scikit-learn's `Ridge` does. */
function fitRidge(task: SurrogateTask, penalty: number): Surrogate {
  const { inputs, width, outputs, targets, weights } = task;
  const inputMeans = weightedMeans(inputs, width, weights);
  const targetMeans = weightedMeans(targets, outputs, weights);
  const centred = inputs.map((value, i) => value - inputMeans[i % width]);
  const rest = targets.map((value, i) => value - targetMeans[i % outputs]);
  const solved = leastSquares(centred, width, rest, outputs, weights, penalty);
  const slopes = new Float64Array(outputs * width);
  const intercepts = Float64Array.from(targetMeans);
  for (let k = 0; k < outputs; k++) {
    for (let i = 0; i < width; i++) {
      slopes[k * width + i] = solved.get(i, k);
      intercepts[k] -= solved.get(i, k) * inputMeans[i];
    }
  }
  return describe(task, slopes, intercepts);
}

/** Normal equations, by singular values: subsets or rows may leave them without a single answer. */
function leastSquares(
  inputs: Float64Array,
  width: number,
  targets: Float64Array,
  outputs: number,
  weights: Float64Array,
  penalty: number,
): Table {
  const left = Table.zeros(width, width);
  const right = Table.zeros(width, outputs);
  for (let row = 0; row < weights.length; row++) {
    for (let i = 0; i < width; i++) {
      const weighted = weights[row] * inputs[row * width + i];
      if (weighted === 0) continue;
      for (let j = i; j < width; j++) left.set(i, j, left.get(i, j) + weighted * inputs[row * width + j]);
      for (let k = 0; k < outputs; k++)
        right.set(i, k, right.get(i, k) + weighted * targets[row * outputs + k]);
    }
  }
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < i; j++) left.set(i, j, left.get(j, i));
    left.set(i, i, left.get(i, i) + penalty);
  }
  return width === 0 ? right : solve(left, right, true);
}

function describe(task: SurrogateTask, slopes: Float64Array, intercepts: Float64Array): Surrogate {
  const { inputs, width, outputs, targets, weights } = task;
  const means = weightedMeans(targets, outputs, weights);
  const fidelity = new Float64Array(outputs);
  for (let k = 0; k < outputs; k++) {
    let error = 0;
    let variation = 0;
    for (let row = 0; row < weights.length; row++) {
      let fitted = intercepts[k];
      for (let i = 0; i < width; i++) fitted += slopes[k * width + i] * inputs[row * width + i];
      error += weights[row] * (targets[row * outputs + k] - fitted) ** 2;
      variation += weights[row] * (targets[row * outputs + k] - means[k]) ** 2;
    }
    fidelity[k] = variation > 0 ? 1 - error / variation : 1;
  }
  return { slopes, intercepts, fidelity };
}

function weightedMeans(values: Float64Array, width: number, weights: Float64Array): Float64Array {
  const means = new Float64Array(width);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < values.length; i++)
    means[i % width] += (values[i] * weights[Math.floor(i / width)]) / total;
  return means;
}
