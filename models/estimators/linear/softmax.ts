import { Matrix } from 'ml-matrix';
import type { ClassRows } from './classes.ts';
import { solverOf, weightedProducts } from './conditioner.ts';
import type { ConvexProblem } from './newton.ts';
import { addRows, rowSums } from './vectors.ts';

/**
 * The negative log-likelihood of classes under a softmax of linear functions, Σ w·−ln p, plus `penalty`/2 times the
 * squared slopes, by the slopes and the intercept of each class in turn. Of two classes the first has the function 0.
 */
export class SoftmaxProblem implements ConvexProblem {
  readonly size: number;
  readonly scale: number;
  readonly reconditionCost: number;
  /** No slopes, and the intercepts that give the classes' own shares. */
  readonly start: Float64Array;
  private readonly data: ClassRows;
  private readonly penalty: number;
  /** 1 where the first of two classes has no function of its own. */
  private readonly first: number;
  /** Of each class with a function, by row. */
  private readonly probabilities: Float64Array[];
  /** Linear functions, and then the factors by which rows count, of each class with a function. */
  private readonly sums: Float64Array[];
  private conditioners: ((vector: Float64Array) => Float64Array)[] = [];

  constructor(data: ClassRows, penalty: number) {
    const classes = data.present.length;
    this.first = classes === 2 ? 1 : 0;
    const free = classes - this.first;
    const perRow = () => Array.from({ length: free }, () => new Float64Array(data.rows));
    this.size = free * (data.width + 1);
    this.scale = data.weightSum;
    this.data = data;
    this.penalty = penalty;
    this.probabilities = perRow();
    this.sums = perRow();
    this.reconditionCost = data.width / 4;
    this.start = startOf(data, this.first);
  }

  evaluate(point: Float64Array, gradient: Float64Array): number {
    gradient.set(this.penalised(point));
    let value = 0.5 * point.reduce((sum, at, i) => sum + at * gradient[i], 0);
    this.linear(point);
    for (let row = 0; row < this.data.rows; row++) value += this.judge(row);
    this.addFactors(gradient);
    return value;
  }

  hessianTimes(vector: Float64Array): Float64Array {
    const { data, probabilities, sums } = this;
    const image = this.penalised(vector);
    this.linear(vector);
    for (let row = 0; row < data.rows; row++) {
      let mean = 0;
      for (let k = 0; k < sums.length; k++) mean += probabilities[k][row] * sums[k][row];
      for (let k = 0; k < sums.length; k++)
        sums[k][row] = data.weights[row] * probabilities[k][row] * (sums[k][row] - mean);
    }
    this.addFactors(image);
    return image;
  }

  /**
   * With B the second derivatives of each class by itself, but weighted by p in place of p·(1 − p), the inverse of B less
   * what is common to the classes is the pseudo-inverse of all where rows have the same probabilities.
   */
  recondition(): void {
    const { data, first, penalty } = this;
    this.conditioners = this.probabilities.map((shares) => {
      const factors = shares.map((p, row) => data.weights[row] * (first === 1 ? p * (1 - p) : p));
      return solverOf(bordered(data, factors, penalty));
    });
  }

  precondition(vector: Float64Array): Float64Array {
    const step = this.data.width + 1;
    const classes = this.conditioners.length;
    const image = this.withoutCommon(vector);
    for (let k = 0; k < classes; k++)
      image.set(this.conditioners[k](image.subarray(k * step, (k + 1) * step)), k * step);
    return this.withoutCommon(image);
  }

  /** Adding the same function to that of every class changes no probability; a single function has nothing in common. */
  private withoutCommon(vector: Float64Array): Float64Array {
    const classes = this.sums.length;
    if (classes === 1) return vector.slice();
    const step = this.data.width + 1;
    const common = new Float64Array(step);
    vector.forEach((value, i) => {
      common[i % step] += value / classes;
    });
    return vector.map((value, i) => value - common[i % step]);
  }

  private penalised(vector: Float64Array): Float64Array {
    const step = this.data.width + 1;
    return vector.map((value, i) => (i % step === step - 1 ? 0 : this.penalty * value));
  }

  private linear(vector: Float64Array): void {
    const { rows, width } = this.data;
    this.sums.forEach((sums, k) => {
      const at = k * (width + 1);
      rowSums(this.data, vector.subarray(at, at + width), sums);
      for (let row = 0; row < rows; row++) sums[row] += vector[at + width];
    });
  }

  /** Adds the rows times their factors to the slopes, and the factors to the intercepts. */
  private addFactors(to: Float64Array): void {
    const { rows, width } = this.data;
    this.sums.forEach((factors, k) => {
      const at = k * (width + 1);
      addRows(this.data, factors, to.subarray(at, at + width));
      for (let row = 0; row < rows; row++) to[at + width] += factors[row];
    });
  }

  /** Turns the row's linear functions into probabilities and factors of the gradient; its part of the value. */
  private judge(row: number): number {
    const { first, probabilities, sums } = this;
    let largest = first === 1 ? 0 : -Infinity;
    for (let k = 0; k < sums.length; k++) largest = Math.max(largest, sums[k][row]);
    let total = first === 1 ? Math.exp(-largest) : 0;
    for (let k = 0; k < sums.length; k++) {
      probabilities[k][row] = Math.exp(sums[k][row] - largest);
      total += probabilities[k][row];
    }
    const own = this.data.labels[row] - first;
    const weight = this.data.weights[row];
    const loss = Math.log(total) + largest - (own < 0 ? 0 : sums[own][row]);
    for (let k = 0; k < sums.length; k++) {
      probabilities[k][row] /= total;
      sums[k][row] = weight * (probabilities[k][row] - (k === own ? 1 : 0));
    }
    return weight * loss;
  }
}

/** Second derivatives by the slopes and the intercept of one class. */
function bordered(data: ClassRows, factors: Float64Array, penalty: number): Matrix {
  const { width } = data;
  const border = new Float64Array(width);
  addRows(data, factors, border);
  const matrix = Matrix.zeros(width + 1, width + 1);
  matrix.setSubMatrix(weightedProducts(data, factors), 0, 0);
  border.forEach((value, j) => {
    matrix.set(j, j, matrix.get(j, j) + penalty);
    matrix.set(j, width, value);
    matrix.set(width, j, value);
  });
  matrix.set(
    width,
    width,
    factors.reduce((sum, factor) => sum + factor, 0),
  );
  return matrix;
}

function startOf({ width, classWeights }: ClassRows, first: number): Float64Array {
  const logarithms = classWeights.map(Math.log);
  const common =
    first === 1 ? logarithms[0] : logarithms.reduce((sum, value) => sum + value) / classWeights.length;
  const start = new Float64Array((classWeights.length - first) * (width + 1));
  logarithms.slice(first).forEach((value, k) => {
    start[k * (width + 1) + width] = value - common;
  });
  return start;
}
