import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { type ClassRows, slopeConditioner } from './classes.ts';
import type { ConvexProblem } from './newton.ts';

/**
 * The negative log-likelihood of ordered classes, Σ w·−ln p, plus `penalty`/2 times the squared slopes, by the slopes
 * and the ascending thresholds θ: P(class ≤ k) = σ(θₖ − x·slopes). It is convex (Burridge, JRSS B 43, 1981).
 * The probability between the thresholds a and b, both less x·slopes, is σ(b)·σ(−a)·(1 − e^(a−b)): nothing cancels,
 * and what does not depend on the row is a sum over classes.
 */
export function proportionalOdds(data: ClassRows, penalty: number): ConvexProblem & { start: Float64Array } {
  const { rows, width, features, labels, weights, weightSum, classWeights } = data;
  const top = data.present.length - 1;
  const size = width + top;
  /** Weighted second derivatives by the upper and lower threshold of each row's class. */
  const upper = new Float64Array(rows);
  const lower = new Float64Array(rows);
  let thresholds = new Float64Array(top);

  const along = (vector: Float64Array, row: number): number => {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += vector[j] * features[row * width + j];
    return sum;
  };
  const addRow = (to: Float64Array, row: number, factor: number): void => {
    for (let j = 0; j < width; j++) to[j] += factor * features[row * width + j];
  };
  const penalised = (point: Float64Array): Float64Array =>
    point.map((value, i) => (i < width ? penalty * value : 0));

  const problem: ConvexProblem = {
    size,
    scale: weightSum,
    evaluate(point, gradient) {
      const found = point.slice(width);
      if (found.some((value, k) => k > 0 && !(value > found[k - 1]))) return Infinity;
      thresholds = found;
      gradient.set(penalised(point));
      let value = 0.5 * point.reduce((sum, at, i) => sum + at * gradient[i], 0);
      for (let k = 1; k < top; k++) {
        const gap = found[k] - found[k - 1];
        const slope = classWeights[k] / Math.expm1(gap);
        value -= classWeights[k] * Math.log(-Math.expm1(-gap));
        gradient[width + k] -= slope;
        gradient[width + k - 1] += slope;
      }
      for (let row = 0; row < rows; row++) {
        const sum = along(point, row);
        const label = labels[row];
        const weight = weights[row];
        const above = label < top ? logistic(sum - found[label]) : 0;
        const below = label > 0 ? logistic(found[label - 1] - sum) : 0;
        if (label < top) {
          value += weight * softplus(sum - found[label]);
          gradient[width + label] -= weight * above;
        }
        if (label > 0) {
          value += weight * softplus(found[label - 1] - sum);
          gradient[width + label - 1] += weight * below;
        }
        addRow(gradient, row, weight * (above - below));
        upper[row] = weight * above * (1 - above);
        lower[row] = weight * below * (1 - below);
      }
      return value;
    },
    hessianTimes(vector) {
      const image = penalised(vector);
      for (let k = 1; k < top; k++) {
        const rest = 1 / Math.expm1(thresholds[k] - thresholds[k - 1]);
        const change = classWeights[k] * rest * (1 + rest) * (vector[width + k] - vector[width + k - 1]);
        image[width + k] += change;
        image[width + k - 1] -= change;
      }
      for (let row = 0; row < rows; row++) {
        const sum = along(vector, row);
        const label = labels[row];
        const above = label < top ? upper[row] * (vector[width + label] - sum) : 0;
        const below = label > 0 ? lower[row] * (vector[width + label - 1] - sum) : 0;
        if (label < top) image[width + label] += above;
        if (label > 0) image[width + label - 1] += below;
        addRow(image, row, -(above + below));
      }
      return image;
    },
    precondition: (vector) => condition(vector),
  };

  const start = startOf(data);
  problem.evaluate(start, new Float64Array(size));
  let curvature = 0;
  for (let row = 0; row < rows; row++) curvature += (upper[row] + lower[row]) / weightSum;
  const conditionSlopes = slopeConditioner(data, curvature, penalty);
  const byThresholds = new CholeskyDecomposition(thresholdBlock(problem, width, top));
  const condition = (vector: Float64Array): Float64Array => {
    const image = new Float64Array(size);
    image.set(conditionSlopes(vector.subarray(0, width)));
    const right = Matrix.columnVector(Array.from(vector.subarray(width)));
    image.set(byThresholds.solve(right).to1DArray(), width);
    return image;
  };
  return { ...problem, start };
}

/** No slopes, and the thresholds that give the classes' own shares. */
function startOf({ width, classWeights, weightSum }: ClassRows): Float64Array {
  const start = new Float64Array(width + classWeights.length - 1);
  let below = 0;
  for (let k = 0; k + 1 < classWeights.length; k++) {
    below += classWeights[k];
    start[width + k] = Math.log(below / (weightSum - below));
  }
  return start;
}

/** Second derivatives by the thresholds at the point evaluated last. */
function thresholdBlock(problem: ConvexProblem, width: number, top: number): Matrix {
  const block = Matrix.zeros(top, top);
  for (let k = 0; k < top; k++) {
    const unit = new Float64Array(problem.size);
    unit[width + k] = 1;
    block.setColumn(k, Array.from(problem.hessianTimes(unit).subarray(width)));
  }
  // Sums in another order differ by rounding.
  return block.add(block.transpose()).mul(0.5);
}

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));
const softplus = (value: number): number => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
