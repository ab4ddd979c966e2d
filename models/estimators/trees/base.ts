import type { LabelledRows, Task } from '../../../contracts/estimator.ts';
import { weightedMean } from '../checks.ts';
import { type Form, sumsOf } from './form.ts';

/** Log-odds of a class that is never, or always, seen would be infinite. */
const rarest = 1e-6;

/** What each sum starts from, in single precision: the best constant of the task, so that trees learn the rest. */
export function baseOf(form: Form, task: Task, { target, weights }: LabelledRows): number[] {
  const sums = sumsOf(task);
  switch (form) {
    case 'value':
      return [Math.fround(weightedMean(target, weights))];
    case 'quantiles':
      return weightedQuantiles(target, weights, task.kind === 'quantile' ? task.levels : []);
    case 'logistic': {
      const share = Math.min(Math.max(weightedMean(target, weights), rarest), 1 - rarest);
      return [Math.fround(Math.log(share / (1 - share)))];
    }
    case 'softmax':
      // A constant per class moves no gradient that a tree could not follow in a round or two.
      return new Array<number>(sums).fill(0);
    case 'shares':
      return classShares(sums, target, weights);
  }
}

function classShares(sums: number, target: Float64Array, weights: Float64Array | undefined): number[] {
  if (sums === 1) return [Math.fround(weightedMean(target, weights))];
  return Array.from({ length: sums }, (_, k) =>
    Math.fround(
      weightedMean(
        target.map((value) => (value === k ? 1 : 0)),
        weights,
      ),
    ),
  );
}

/** The least value at or below which lies the level's share of the weight. */
function weightedQuantiles(
  target: Float64Array,
  weights: Float64Array | undefined,
  levels: number[],
): number[] {
  const order = Uint32Array.from(target.keys()).sort((a, b) => target[a] - target[b]);
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? target.length;
  return levels.map((level) => {
    let passed = 0;
    const row = order.find((row) => {
      passed += weights?.[row] ?? 1;
      return passed >= level * total && passed > 0;
    });
    return Math.fround(target[row ?? order[order.length - 1]]);
  });
}
