import type { LabelledRows, Task } from '../../../contracts/estimator.ts';
import { weightedMean } from '../checks.ts';
import { layersOf, type NetworkShape } from './network.ts';

/** The unit that a network learns in: a number's mean becomes 0 and its standard deviation 1; classes stay. */
export interface Scaling {
  mean: number;
  deviation: number;
  weightMean: number;
  /** What the last layer starts from: 0, or the logarithms of the class shares. */
  constants: number[];
}

/** Mean and deviation weighted by row; a target that is constant but for rounding keeps a deviation of 1. */
export function weightedScaling({ target, weights }: LabelledRows, task: Task): Scaling {
  const total = weights?.reduce((sum, weight) => sum + weight) ?? target.length;
  const weightMean = total / target.length;
  if (task.kind === 'classification') {
    const constants = logShares(target, weights, task.classes);
    return { mean: 0, deviation: 1, weightMean, constants };
  }
  const mean = weightedMean(target, weights);
  const variance = weightedMean(
    target.map((value) => (value - mean) ** 2),
    weights,
  );
  const constant = variance <= (Number.EPSILON * mean) ** 2 * target.length;
  return { mean, deviation: constant ? 1 : Math.sqrt(variance), weightMean, constants: [0] };
}

/** Half a row of average weight is added to each class, so that one without rows stays possible. */
function logShares(target: Float64Array, weights: Float64Array | undefined, classes: number): number[] {
  const counts = new Float64Array(classes);
  for (let row = 0; row < target.length; row++) counts[target[row]] += weights?.[row] ?? 1;
  const total = counts.reduce((sum, count) => sum + count);
  const added = (0.5 * total) / target.length;
  return Array.from(counts, (count) => Math.log((count + added) / (total + classes * added)));
}

/** The parameters of a network that answers in the target's own unit. */
export function unscaled(
  shape: NetworkShape,
  parameters: Float64Array,
  { mean, deviation }: Scaling,
): Float64Array {
  const layers = layersOf(shape);
  const { weights, biases } = layers[layers.length - 1];
  // Adding 0 turns −0, which JSON does not keep, into 0.
  return parameters.map((value, i) => {
    if (i < weights) return value + 0;
    return value * deviation + (i < biases ? 0 : mean);
  });
}
