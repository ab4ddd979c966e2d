import type { Task } from '../../../contracts/estimator.ts';
import { seededRandom } from '../../random.ts';
import { taskLoss } from '../score.ts';
import { adamStep, type Moments } from './adam.ts';
import { type Batch, forward, gradientOf, type NetworkShape } from './network.ts';

/** One pass over the rows. Structured-cloneable; the arrays are shared between threads. */
export interface EpochTask {
  shape: NetworkShape;
  task: Task;
  train: Batch;
  validation?: Batch;
  /** Changed in place. */
  parameters: Float64Array;
  /** Changed in place. */
  moments: Moments;
  /** Counts from 0; with the seed it says the order of the rows. */
  epoch: number;
  seed: number;
  batchRows: number;
  learningRate: number;
  alpha: number;
}

/** Steps once per batch, and gives the loss on the validation rows in the unit of their target. */
export function runEpoch(epoch: EpochTask): number | undefined {
  const { train, shape, parameters, moments, batchRows, learningRate, alpha } = epoch;
  const rows = train.target.length;
  const order = Float64Array.from({ length: rows }, (_, row) => row);
  seededRandom(epoch.seed, 'mlp', 'epoch', epoch.epoch).shuffle(order);
  let step = epoch.epoch * Math.ceil(rows / batchRows);
  for (let start = 0; start < rows; start += batchRows) {
    const batch = batchOf(train, order.subarray(start, start + batchRows));
    step += 1;
    adamStep(parameters, gradientOf(shape, parameters, batch, alpha), moments, step, learningRate);
  }
  return validationLoss(epoch);
}

function batchOf({ features, target, weights }: Batch, order: Float64Array): Batch {
  const width = features.length / target.length;
  const gathered = new Float64Array(order.length * width);
  for (let i = 0; i < order.length; i++)
    gathered.set(features.subarray(order[i] * width, (order[i] + 1) * width), i * width);
  return {
    features: gathered,
    target: order.map((row) => target[row]),
    weights: weights && order.map((row) => weights[row]),
  };
}

/** Rows predicted at a time, so that the layers' outputs stay small. */
const stretchRows = 4_096;

function validationLoss({ shape, task, parameters, validation }: EpochTask): number | undefined {
  if (validation === undefined) return undefined;
  const { features, target, weights } = validation;
  const [width, outputs] = [shape.sizes[0], shape.sizes[shape.sizes.length - 1]];
  const predicted = new Float64Array(target.length * outputs);
  for (let start = 0; start < target.length; start += stretchRows) {
    const rows = features.subarray(start * width, (start + stretchRows) * width);
    const layers = forward(shape, parameters, rows);
    predicted.set(layers[layers.length - 1], start * outputs);
  }
  return taskLoss(task, predicted, target, weights);
}
