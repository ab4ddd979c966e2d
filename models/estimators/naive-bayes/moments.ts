import { setImmediate } from 'node:timers/promises';
import type { LabelledRows } from '../../../contracts/estimator.ts';
import { cancelled } from '../checks.ts';

/** Rows summed before other work of the event loop gets its turn: about a millisecond. */
const chunkRows = 16_384;

/** Weight, means and variances (of the population) of the features within each class, row-major, `classes × F`. */
export interface ClassMoments {
  weights: Float64Array;
  means: Float64Array;
  variances: Float64Array;
}

/** Two passes: the variance is of the differences from the mean. @throws RelevoError CANCELLED. */
export async function classMoments(
  { features, target, weights }: LabelledRows,
  classes: number,
  signal: AbortSignal,
): Promise<ClassMoments> {
  const width = features.names.length;
  const moments: ClassMoments = {
    weights: new Float64Array(classes),
    means: new Float64Array(classes * width),
    variances: new Float64Array(classes * width),
  };
  const { means, variances } = moments;
  const weightOf = (row: number) => weights?.[row] ?? 1;
  await eachRow(features.rows, signal, (row) => {
    const at = target[row] * width;
    moments.weights[target[row]] += weightOf(row);
    for (let j = 0; j < width; j++) means[at + j] += weightOf(row) * features.data[row * width + j];
  });
  const perWeight = (sum: number, cell: number) => {
    const weight = moments.weights[Math.floor(cell / width)];
    return weight === 0 ? 0 : sum / weight;
  };
  means.set(means.map(perWeight));
  await eachRow(features.rows, signal, (row) => {
    const at = target[row] * width;
    for (let j = 0; j < width; j++)
      variances[at + j] += weightOf(row) * (features.data[row * width + j] - means[at + j]) ** 2;
  });
  variances.set(variances.map(perWeight));
  return moments;
}

/** The largest variance of a feature over all rows, unweighted as in scikit-learn. */
export async function largestVariance(
  { rows, names, data }: LabelledRows['features'],
  signal: AbortSignal,
): Promise<number> {
  const width = names.length;
  const means = new Float64Array(width);
  const variances = new Float64Array(width);
  await eachRow(rows, signal, (row) => {
    for (let j = 0; j < width; j++) means[j] += data[row * width + j] / rows;
  });
  await eachRow(rows, signal, (row) => {
    for (let j = 0; j < width; j++) variances[j] += (data[row * width + j] - means[j]) ** 2 / rows;
  });
  return variances.reduce((largest, variance) => Math.max(largest, variance));
}

async function eachRow(rows: number, signal: AbortSignal, visit: (row: number) => void): Promise<void> {
  for (let row = 0; row < rows; row++) {
    if (row % chunkRows === 0) {
      await setImmediate();
      if (signal.aborted) throw cancelled();
    }
    visit(row);
  }
}
