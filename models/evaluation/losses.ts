import type { Task } from '../../contracts/estimator.ts';
import { isLowerBetter, type MetricName } from '../../contracts/metrics.ts';
import { decide } from '../decision/index.ts';
import type { Predictions } from './predictions.ts';

/** What one row's answer costs: in the target's unit (its square), or 0..1 of a classification. */
export type RowLoss =
  | { kind: 'absolute' }
  | { kind: 'squared' }
  | { kind: 'brier'; classes: number }
  /** `weights`: one a class, the largest 1. */
  | { kind: 'zeroOne'; classes: number; weights: number[] };

/** A rare class counts at most as often as this many of the commonest. */
const mostWeight = 10;

/**
 * The loss of single rows that stands for a metric of many: Brier's halved for those of probabilities, right or wrong
 * for those of answers, each class weighing the same for averages over classes.
 * @param actual class indices that tell how rare a class is.
 */
export function rowLossOf(task: Task, metric: MetricName, actual: Float64Array): RowLoss {
  if (task.kind !== 'classification')
    return { kind: metric === 'rmse' || metric === 'r2' || metric === 'cv' ? 'squared' : 'absolute' };
  const { classes } = task;
  if (isLowerBetter(metric) || metric === 'rocAuc') return { kind: 'brier', classes };
  const isPlain = metric === 'accuracy' || metric === 'weightedF1';
  return {
    kind: 'zeroOne',
    classes,
    weights: isPlain ? new Array(classes).fill(1) : rarity(actual, classes),
  };
}

function rarity(actual: Float64Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const k of actual) counts[k]++;
  const least = Math.max(1, Math.max(...counts) / mostWeight);
  const rarest = Math.min(...counts.map((count) => Math.max(count, least)));
  return counts.map((count) => rarest / Math.max(count, least));
}

/** One loss a row. */
export function rowLosses(loss: RowLoss, actual: Float64Array, predictions: Predictions): Float64Array {
  const { values, decisionWeights } = predictions;
  if (loss.kind === 'absolute' || loss.kind === 'squared') {
    const errors = actual.map((truth, row) => Math.abs(truth - values[row]));
    return loss.kind === 'absolute' ? errors : errors.map((error) => error ** 2);
  }
  const { classes } = loss;
  return loss.kind === 'brier'
    ? brierLosses(values, classes, actual)
    : wrongLosses(decide(values, classes, decisionWeights), loss.weights, actual);
}

const wrongLosses = (answered: Int32Array, weights: number[], actual: Float64Array): Float64Array =>
  actual.map((truth, row) => (answered[row] === truth ? 0 : weights[truth]));

const brierLosses = (values: Float64Array, classes: number, actual: Float64Array): Float64Array =>
  actual.map((truth, row) => {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += (values[row * classes + k] - Number(k === truth)) ** 2;
    return sum / 2;
  });

/** The challenger's loss minus the champion's, row by row. */
export const lossDifferences = (challenger: Float64Array, champion: Float64Array): Float64Array =>
  challenger.map((loss, row) => loss - champion[row]);

/** Differences of a classification's losses cannot be larger. */
const ofClasses = 1;
const clipShare = 0.99;

/**
 * Where differences are cut off, so that they are bounded as the sequential test demands: the 99 % quantile of their
 * size on rows known before the contest, at least a hundredth of the mean loss; 1 for right or wrong.
 */
export function differenceScale(loss: RowLoss, challenger: Float64Array, champion: Float64Array): number {
  if (loss.kind === 'zeroOne') return ofClasses;
  const sizes = lossDifferences(challenger, champion).map(Math.abs).sort();
  const large = sizes[Math.min(sizes.length - 1, Math.floor(clipShare * sizes.length))] ?? 0;
  const meanLoss = champion.reduce((sum, value) => sum + value, 0) / Math.max(1, champion.length);
  const scale = Math.max(large, meanLoss / 100) || 1;
  return loss.kind === 'brier' ? Math.min(ofClasses, scale) : scale;
}
