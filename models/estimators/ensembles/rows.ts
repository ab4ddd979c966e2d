import type { LabelledRows, Task } from '../../../contracts/estimator.ts';
import { seededRandom } from '../../random.ts';

/** Rows to learn from and rows to be tried on, by position. */
interface Fold {
  train: number[];
  test: number[];
}

/**
 * Deals the rows that weigh something into folds of almost equal size, in random order; each class of a
 * classification is dealt evenly.
 * @returns at most `folds`, and none where one row alone weighs something.
 */
export function dealFolds(
  { target, weights }: LabelledRows,
  task: Task,
  folds: number,
  seed: number,
): Fold[] {
  const order = Array.from(target.keys()).filter((row) => weights?.[row] !== 0);
  const count = Math.min(folds, order.length);
  if (count < 2) return [];
  seededRandom(seed, 'ensemble', 'folds').shuffle(order);
  if (task.kind === 'classification') order.sort((a, b) => target[a] - target[b]);
  return Array.from({ length: count }, (_, fold) => ({
    train: order.filter((_, at) => at % count !== fold).sort((a, b) => a - b),
    test: order.filter((_, at) => at % count === fold).sort((a, b) => a - b),
  }));
}

/** A tenth of the rows apart from the others; undefined where there are too few. */
export function hideRows(
  rows: LabelledRows,
  task: Task,
  seed: number,
): { train: LabelledRows; validation: LabelledRows } | undefined {
  const [fold] = dealFolds(rows, task, 10, seed);
  if (fold === undefined) return undefined;
  return { train: takeRows(rows, fold.train), validation: takeRows(rows, fold.test) };
}

/** The rows at the given positions. */
export function takeRows({ features, target, weights }: LabelledRows, positions: number[]): LabelledRows {
  const width = features.names.length;
  const data = new Float64Array(positions.length * width);
  positions.forEach((row, i) => {
    data.set(features.data.subarray(row * width, (row + 1) * width), i * width);
  });
  return {
    features: { rows: positions.length, names: features.names, data },
    target: Float64Array.from(positions, (row) => target[row]),
    weights: weights && Float64Array.from(positions, (row) => weights[row]),
  };
}
