import { outputsOf, type Task } from '../../contracts/estimator.ts';
import { compareClasses } from './classification.ts';
import type { Comparison } from './comparison.ts';
import { compareIntervals, compareNumbers } from './metrics.ts';
import type { Predictions } from './predictions.ts';

/**
 * Of a quantile task, the outermost levels are judged as an interval.
 * @throws RangeError where the lengths do not fit or there are no rows.
 */
export function comparisonOf(task: Task, actual: Float64Array, predictions: Predictions): Comparison {
  checkShape(task, actual, predictions);
  if (task.kind === 'classification') return compareClasses(task.classes, actual, predictions);
  if (task.kind === 'quantile') return compareIntervals(actual, outermost(predictions));
  return compareNumbers(actual, predictions.values, predictions.interval);
}

function outermost({ values, outputs }: Predictions): Float64Array {
  const bounds = new Float64Array((2 * values.length) / outputs);
  for (let row = 0; 2 * row < bounds.length; row++) {
    bounds[2 * row] = values[row * outputs];
    bounds[2 * row + 1] = values[(row + 1) * outputs - 1];
  }
  return bounds;
}

/** @throws RangeError where the lengths do not fit or there are no rows. */
export function checkShape(task: Task, actual: Float64Array, predictions: Predictions): void {
  const { values, outputs, interval } = predictions;
  const rows = actual.length;
  if (rows === 0) throw new RangeError('there are no rows to judge');
  if (outputs !== outputsOf(task))
    throw new RangeError(`a ${task.kind} has ${outputsOf(task)} outputs a row, not ${outputs}`);
  if (values.length !== rows * outputs)
    throw new RangeError(`${rows} actual and ${values.length / outputs} predicted values cannot be compared`);
  if (interval !== undefined && interval.length !== 2 * rows)
    throw new RangeError(`${rows} rows need ${2 * rows} bounds of intervals, not ${interval.length}`);
}
