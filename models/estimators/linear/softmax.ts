import type { ClassRows } from './classes.ts';
import { slopeConditioner } from './conditioner.ts';
import type { ConvexProblem } from './newton.ts';
import { addRows, rowSums } from './vectors.ts';

/**
 * The negative log-likelihood of classes under a softmax of linear functions, Σ w·−ln p, plus `penalty`/2 times the
 * squared slopes, by the slopes and the intercept of each class in turn. Of two classes the first has the function 0.
 */
export class SoftmaxProblem implements ConvexProblem {
  readonly size: number;
  readonly scale: number;
  private readonly data: ClassRows;
  private readonly penalty: number;
  /** 1 where the first of two classes has no function of its own. */
  private readonly first: number;
  /** Of each class with a function, by row. */
  private readonly probabilities: Float64Array[];
  /** Linear functions, and then the factors by which rows count, of each class with a function. */
  private readonly sums: Float64Array[];
  private readonly curvature: number;
  private readonly conditionSlopes: (vector: Float64Array) => Float64Array;

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
    this.curvature = (1 / classes) * (1 - 1 / classes);
    this.conditionSlopes = slopeConditioner(data, this.curvature, penalty);
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

  precondition(vector: Float64Array): Float64Array {
    const { width } = this.data;
    const image = new Float64Array(this.size);
    for (let at = 0; at < this.size; at += width + 1) {
      image.set(this.conditionSlopes(vector.subarray(at, at + width)), at);
      image[at + width] = vector[at + width] / (this.curvature * this.scale);
    }
    return image;
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
