import { Matrix as Dense, solve } from 'ml-matrix';
import { leastProbability } from './state.ts';

const [coldest, hottest] = [0.01, 100];
const maximumSteps = 100;
/** On half the squares of the biases: keeps that of a class which never came true finite. */
const penalty = 1e-6;
/** A trace of curvature: keeps the step finite where all rows are the same. */
const leastCurvature = 1e-12;

interface Fitted {
  temperature: number;
  /** One per class; the first is 0. */
  biases: number[];
}

/**
 * Bias-corrected temperature scaling (Alexandari, Kundaje & Shrikumar 2020): the temperature and one bias per class
 * with the least log-loss of p′ ∝ p^(1 / temperature) · exp(bias). The biases give back the base rates that class
 * weights took away, which a temperature alone cannot, and scaling one class against the rest only nearly. The loss
 * is convex: Newton's method with halved steps, the temperature kept within 0.01..100.
 */
export function fitBiasCorrected(probabilities: Float64Array, classes: number, actual: Float64Array): Fitted {
  const logs = probabilities.map((p) => Math.log(Math.max(leastProbability, p)));
  // At 0 the inverse temperature, then the biases of all classes but the first.
  let at = [1, ...new Array<number>(classes - 1).fill(0)];
  let loss = lossOf(logs, classes, actual, at);
  for (let step = 0; step < maximumSteps; step++) {
    const direction = newtonStep(logs, classes, actual, at);
    const moved = (share: number): number[] => inside(at.map((value, i) => value - share * direction[i]));
    let share = 1;
    let next = lossOf(logs, classes, actual, moved(share));
    while (next > loss && share > 1e-10) {
      share /= 2;
      next = lossOf(logs, classes, actual, moved(share));
    }
    if (next > loss) break;
    at = moved(share);
    const isDone = loss - next <= 1e-14 * loss;
    loss = next;
    if (isDone) break;
  }
  const [inverse, ...biases] = at;
  return { temperature: 1 / inverse, biases: [0, ...biases] };
}

const inside = ([inverse, ...biases]: number[]): number[] => [
  Math.min(1 / coldest, Math.max(1 / hottest, inverse)),
  ...biases,
];

/** Probabilities of one row, into `into`; gives the logarithm of their sum before they were made to add up to 1. */
function softmaxOf(logs: Float64Array, start: number, at: number[], into: Float64Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < into.length; k++) {
    into[k] = at[0] * logs[start + k] + (k === 0 ? 0 : at[k]);
    most = Math.max(most, into[k]);
  }
  let sum = 0;
  for (let k = 0; k < into.length; k++) {
    into[k] = Math.exp(into[k] - most);
    sum += into[k];
  }
  for (let k = 0; k < into.length; k++) into[k] /= sum;
  return most + Math.log(sum);
}

/** Mean log-loss and the penalty. */
function lossOf(logs: Float64Array, classes: number, actual: Float64Array, at: number[]): number {
  const row = new Float64Array(classes);
  let sum = 0;
  actual.forEach((truth, i) => {
    const total = softmaxOf(logs, i * classes, at, row);
    sum += total - at[0] * logs[i * classes + truth] - (truth === 0 ? 0 : at[truth]);
  });
  const squares = at.slice(1).reduce((total, bias) => total + bias * bias, 0);
  return sum / actual.length + (penalty / 2) * squares;
}

function newtonStep(logs: Float64Array, classes: number, actual: Float64Array, at: number[]): number[] {
  const gradient = new Float64Array(classes);
  const hessian = new Float64Array(classes * classes);
  const p = new Float64Array(classes);
  actual.forEach((truth, i) => {
    const start = i * classes;
    softmaxOf(logs, start, at, p);
    let [mean, square] = [0, 0];
    for (let k = 0; k < classes; k++) {
      mean += p[k] * logs[start + k];
      square += p[k] * logs[start + k] ** 2;
    }
    gradient[0] += mean - logs[start + truth];
    hessian[0] += square - mean * mean;
    for (let k = 1; k < classes; k++) {
      gradient[k] += p[k] - Number(truth === k);
      hessian[k] += p[k] * (logs[start + k] - mean);
      for (let j = 1; j <= k; j++) hessian[j * classes + k] += p[k] * (Number(j === k) - p[j]);
    }
  });
  const rows = actual.length;
  const curvature = new Dense(classes, classes);
  for (let j = 0; j < classes; j++)
    for (let k = j; k < classes; k++) {
      const own = j === k ? leastCurvature + (k === 0 ? 0 : penalty) : 0;
      const value = hessian[j * classes + k] / rows + own;
      curvature.set(j, k, value);
      curvature.set(k, j, value);
    }
  const slope = Array.from(gradient, (value, k) => value / rows + (k === 0 ? 0 : penalty * at[k]));
  return solve(curvature, Dense.columnVector(slope)).to1DArray();
}
