import { type ClassRows, slopeConditioner } from './classes.ts';
import type { ConvexProblem } from './newton.ts';

/**
 * The negative log-likelihood of classes under a softmax of linear functions, Σ w·−ln p, plus `penalty`/2 times the
 * squared slopes, by the slopes and the intercept of each class in turn. Of two classes the first has the function 0.
 */
export function softmaxProblem(data: ClassRows, penalty: number): ConvexProblem {
  const { rows, width, features, labels, weights, weightSum } = data;
  const first = data.present.length === 2 ? 1 : 0;
  const free = data.present.length - first;
  const step = width + 1;
  const size = free * step;
  const probabilities = new Float64Array(rows * free);
  const sums = new Float64Array(free);
  const classes = data.present.length;
  const curvature = (1 / classes) * (1 - 1 / classes);
  const conditionSlopes = slopeConditioner(data, curvature, penalty);

  const linear = (point: Float64Array, row: number): void => {
    for (let k = 0; k < free; k++) {
      let sum = point[k * step + width];
      for (let j = 0; j < width; j++) sum += point[k * step + j] * features[row * width + j];
      sums[k] = sum;
    }
  };
  const addRow = (to: Float64Array, k: number, row: number, factor: number): void => {
    for (let j = 0; j < width; j++) to[k * step + j] += factor * features[row * width + j];
    to[k * step + width] += factor;
  };
  const penalised = (point: Float64Array): Float64Array =>
    point.map((value, i) => (i % step === width ? 0 : penalty * value));

  return {
    size,
    scale: weightSum,
    evaluate(point, gradient) {
      gradient.set(penalised(point));
      let value = 0.5 * point.reduce((sum, at, i) => sum + at * gradient[i], 0);
      for (let row = 0; row < rows; row++) {
        linear(point, row);
        let largest = first === 1 ? 0 : -Infinity;
        for (let k = 0; k < free; k++) largest = Math.max(largest, sums[k]);
        let total = first === 1 ? Math.exp(-largest) : 0;
        for (let k = 0; k < free; k++) total += Math.exp(sums[k] - largest);
        const own = labels[row] - first;
        value += weights[row] * (Math.log(total) + largest - (own < 0 ? 0 : sums[own]));
        for (let k = 0; k < free; k++) {
          const probability = Math.exp(sums[k] - largest) / total;
          probabilities[row * free + k] = probability;
          addRow(gradient, k, row, weights[row] * (probability - (k === own ? 1 : 0)));
        }
      }
      return value;
    },
    hessianTimes(vector) {
      const image = penalised(vector);
      for (let row = 0; row < rows; row++) {
        linear(vector, row);
        let mean = 0;
        for (let k = 0; k < free; k++) mean += probabilities[row * free + k] * sums[k];
        for (let k = 0; k < free; k++)
          addRow(image, k, row, weights[row] * probabilities[row * free + k] * (sums[k] - mean));
      }
      return image;
    },
    precondition(vector) {
      const image = new Float64Array(size);
      for (let k = 0; k < free; k++) {
        image.set(conditionSlopes(vector.subarray(k * step, k * step + width)), k * step);
        image[k * step + width] = vector[k * step + width] / (curvature * weightSum);
      }
      return image;
    },
  };
}
