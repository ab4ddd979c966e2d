import { Matrix } from 'ml-matrix';
import type { ClassRows } from './classes.ts';
import { solverOf, weightedProducts } from './conditioner.ts';
import type { ConvexProblem } from './newton.ts';
import { addRows, rowSums } from './vectors.ts';

/**
 * The negative log-likelihood of ordered classes, Σ w·−ln p, plus `penalty`/2 times the squared slopes, by the slopes
 * and the ascending thresholds θ: P(class ≤ k) = σ(θₖ − x·slopes). It is convex (Burridge, JRSS B 43, 1981).
 * The probability between the thresholds a and b, both less x·slopes, is σ(b)·σ(−a)·(1 − e^(a−b)): nothing cancels,
 * and what does not depend on the row is a sum over classes.
 */
export class ProportionalOdds implements ConvexProblem {
  readonly size: number;
  readonly scale: number;
  readonly reconditionCost: number;
  precondition: (vector: Float64Array) => Float64Array = (vector) => vector.slice();
  /** No slopes, and the thresholds that give the classes' own shares. */
  readonly start: Float64Array;
  private readonly data: ClassRows;
  private readonly penalty: number;
  private readonly top: number;
  private thresholds: Float64Array;
  /** Linear function, and then the factor by which the row counts. */
  private readonly sums: Float64Array;
  /** Weighted second derivatives by the upper and lower threshold of each row's class. */
  private readonly upper: Float64Array;
  private readonly lower: Float64Array;

  constructor(data: ClassRows, penalty: number) {
    this.data = data;
    this.penalty = penalty;
    this.top = data.present.length - 1;
    this.size = data.width + this.top;
    this.scale = data.weightSum;
    this.thresholds = new Float64Array(this.top);
    this.sums = new Float64Array(data.rows);
    this.upper = new Float64Array(data.rows);
    this.lower = new Float64Array(data.rows);
    this.start = startOf(data);
    this.reconditionCost = data.width / 4 + this.top;
  }

  evaluate(point: Float64Array, gradient: Float64Array): number {
    const { data } = this;
    const thresholds = point.slice(data.width);
    if (thresholds.some((value, k) => k > 0 && !(value > thresholds[k - 1]))) return Infinity;
    this.thresholds = thresholds;
    gradient.set(this.penalised(point));
    let value = 0.5 * point.reduce((sum, at, i) => sum + at * gradient[i], 0);
    const byThreshold = gradient.subarray(data.width);
    value += this.judgeGaps(byThreshold);
    rowSums(data, point.subarray(0, data.width), this.sums);
    for (let row = 0; row < data.rows; row++) value += this.judge(row, byThreshold);
    addRows(data, this.sums, gradient.subarray(0, data.width));
    return value;
  }

  hessianTimes(vector: Float64Array): Float64Array {
    const { data, sums, top, thresholds, upper, lower } = this;
    const image = this.penalised(vector);
    const from = vector.subarray(data.width);
    const to = image.subarray(data.width);
    for (let k = 1; k < top; k++) {
      const rest = 1 / Math.expm1(thresholds[k] - thresholds[k - 1]);
      const change = data.classWeights[k] * rest * (1 + rest) * (from[k] - from[k - 1]);
      to[k] += change;
      to[k - 1] -= change;
    }
    rowSums(data, vector.subarray(0, data.width), sums);
    for (let row = 0; row < data.rows; row++) {
      const label = data.labels[row];
      const above = label < top ? upper[row] * (from[label] - sums[row]) : 0;
      const below = label > 0 ? lower[row] * (from[label - 1] - sums[row]) : 0;
      if (label < top) to[label] += above;
      if (label > 0) to[label - 1] += below;
      sums[row] = -(above + below);
    }
    addRows(data, sums, image.subarray(0, data.width));
    return image;
  }

  recondition(): void {
    const { data, upper, lower } = this;
    const matrix = Matrix.zeros(this.size, this.size);
    matrix.setSubMatrix(
      weightedProducts(
        data,
        upper.map((value, row) => value + lower[row]),
      ),
      0,
      0,
    );
    for (let j = 0; j < data.width; j++) matrix.set(j, j, matrix.get(j, j) + this.penalty);
    for (let k = data.width; k < this.size; k++) {
      const unit = new Float64Array(this.size);
      unit[k] = 1;
      const column = Array.from(this.hessianTimes(unit));
      matrix.setColumn(k, column);
      matrix.setRow(k, column);
    }
    this.precondition = solverOf(matrix);
  }

  private penalised(vector: Float64Array): Float64Array {
    return vector.map((value, i) => (i < this.data.width ? this.penalty * value : 0));
  }

  /** Adds what the distances between thresholds say to the gradient; their part of the value. */
  private judgeGaps(byThreshold: Float64Array): number {
    const { thresholds, data } = this;
    let value = 0;
    for (let k = 1; k < this.top; k++) {
      const gap = thresholds[k] - thresholds[k - 1];
      const slope = data.classWeights[k] / Math.expm1(gap);
      value -= data.classWeights[k] * Math.log(-Math.expm1(-gap));
      byThreshold[k] -= slope;
      byThreshold[k - 1] += slope;
    }
    return value;
  }

  /** Adds what the row says to the gradient, and turns its linear function into its factor; its part of the value. */
  private judge(row: number, byThreshold: Float64Array): number {
    const { top, thresholds, sums } = this;
    const label = this.data.labels[row];
    const weight = this.data.weights[row];
    let [loss, above, below] = [0, 0, 0];
    if (label < top) {
      const over = sums[row] - thresholds[label];
      above = logistic(over);
      loss += softplus(over);
      byThreshold[label] -= weight * above;
    }
    if (label > 0) {
      const under = thresholds[label - 1] - sums[row];
      below = logistic(under);
      loss += softplus(under);
      byThreshold[label - 1] += weight * below;
    }
    sums[row] = weight * (above - below);
    this.upper[row] = weight * above * (1 - above);
    this.lower[row] = weight * below * (1 - below);
    return weight * loss;
  }
}

function startOf({ width, classWeights, weightSum }: ClassRows): Float64Array {
  const start = new Float64Array(width + classWeights.length - 1);
  let below = 0;
  for (let k = 0; k + 1 < classWeights.length; k++) {
    below += classWeights[k];
    start[width + k] = Math.log(below / (weightSum - below));
  }
  return start;
}

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));
const softplus = (value: number): number => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
