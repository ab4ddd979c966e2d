import { setImmediate } from 'node:timers/promises';
import {
  type FitContext,
  type FitInput,
  type FittedModel,
  type LabelledRows,
  outputsOf,
  PrunedError,
  type Task,
} from '../../../contracts/estimator.ts';
import { runInPool } from '../../pool.ts';
import { seededRandom } from '../../random.ts';
import { cancelled, checkComplete, checkRows, checkTask, fault, refuseConstraints } from '../checks.ts';
import { sharedCopy } from '../shared.ts';
import type { EpochTask } from './epoch.ts';
import { networkModel } from './model.ts';
import { type Batch, layersOf, type NetworkShape, parameterCount } from './network.ts';
import { type Scaling, unscaled, weightedScaling } from './scaling.ts';

const worker = new URL('./epoch.worker.ts', import.meta.url);

interface NetworkParams {
  hiddenUnits: number;
  secondHiddenUnits: number;
  epochs: number;
  earlyStoppingEpochs: number;
  learningRate: number;
  alpha: number;
  batchRows: number;
}

/** Fits epoch by epoch on a pool thread; see `Estimator.fit`. */
export async function fitNetwork(input: FitInput<NetworkParams>, context: FitContext): Promise<FittedModel> {
  const { params, train, validation, task, seed } = input;
  checkTask('mlp', ['regression', 'classification'], task);
  refuseConstraints('mlp', input.constraints);
  checkRows(train, task);
  checkComplete(train.features);
  await setImmediate();
  if (context.signal.aborted) throw cancelled();
  const scaling = weightedScaling(train, task);
  const shape = shapeOf(train.features.names.length, params, task);
  const { batchRows, learningRate, alpha } = params;
  const size = parameterCount(shape);
  const found = await descend(
    {
      shape,
      task,
      train: batchOf(train, scaling, true),
      validation: validation && batchOf(validation, scaling, false),
      parameters: sharedCopy(initialParameters(shape, scaling, seed)),
      moments: { means: sharedCopy(new Float64Array(size)), squares: sharedCopy(new Float64Array(size)) },
      epoch: 0,
      seed,
      batchRows,
      learningRate,
      alpha,
    },
    { epochs: params.epochs, patience: params.earlyStoppingEpochs, unit: scaling.deviation },
    context,
  );
  if (!found.parameters.every(Number.isFinite))
    throw fault('features', 'too large to be multiplied', 'scaled features, or a lower learningRate');
  return {
    ...networkModel({
      names: train.features.names,
      shape,
      parameters: Array.from(unscaled(shape, found.parameters, scaling)),
    }),
    steps: found.epochs,
    validationScore: found.score,
  };
}

const shapeOf = (
  features: number,
  { hiddenUnits, secondHiddenUnits }: NetworkParams,
  task: Task,
): NetworkShape => ({
  sizes: [features, hiddenUnits, ...(secondHiddenUnits > 0 ? [secondHiddenUnits] : []), outputsOf(task)],
  link: task.kind === 'classification' ? 'softmax' : 'identity',
});

interface Found {
  parameters: Float64Array;
  epochs: number;
  score?: number;
}

/** Epochs until the last, or until the validation loss has not been better for a while: then the best ones. */
async function descend(
  task: EpochTask,
  { epochs, patience, unit }: { epochs: number; patience: number; unit: number },
  { signal, onStep }: FitContext,
): Promise<Found> {
  let best: Found | undefined;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const loss = await runInPool<EpochTask, number | undefined>(worker, { ...task, epoch }, signal);
    const score = loss === undefined ? undefined : loss * unit;
    if (best?.score === undefined || score === undefined || score < best.score)
      best = { parameters: Float64Array.from(task.parameters), epochs: epoch + 1, score };
    if (onStep?.(epoch + 1, epochs, score) === 'prune') throw new PrunedError(epoch + 1, score ?? Number.NaN);
    if (epoch + 1 - best.epochs >= patience) break;
  }
  return best ?? { parameters: task.parameters, epochs: 0 };
}

/** On arrays that threads share; training weights have the mean 1, so that they leave the learning rate alone. */
function batchOf({ features, target, weights }: LabelledRows, scaling: Scaling, normalised: boolean): Batch {
  const { mean, deviation } = scaling;
  const weightMean = normalised ? scaling.weightMean : 1;
  return {
    features: sharedCopy(features.data),
    target: sharedCopy(target.map((value) => (value - mean) / deviation)),
    weights: weights && sharedCopy(weights.map((weight) => weight / weightMean)),
  };
}

/** Uniform within Glorot's bound; the last layer predicts its constants. */
function initialParameters(shape: NetworkShape, { constants }: Scaling, seed: number): Float64Array {
  const random = seededRandom(seed, 'mlp', 'weights');
  const parameters = new Float64Array(parameterCount(shape));
  const layers = layersOf(shape);
  for (const { inputs, outputs, weights, biases } of layers.slice(0, -1)) {
    const bound = Math.sqrt(6 / (inputs + outputs));
    for (let i = weights; i < biases + outputs; i++) parameters[i] = bound * (2 * random.next() - 1);
  }
  parameters.set(constants, layers[layers.length - 1].biases);
  return parameters;
}
