import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { type FitContext, type FitInput, type FittedModel, outputsOf } from '../../../contracts/estimator.ts';
import type { Matrix } from '../../../contracts/frame.ts';
import type { OnnxGraph, TensorName } from '../../../contracts/onnx.ts';
import { checkComplete, checkRows, checkTask, refuseConstraints } from '../checks.ts';
import { corrupt } from '../pack.ts';
import { scored } from '../score.ts';
import { softmaxRows } from '../softmax.ts';
import { type ClassMoments, classMoments, largestVariance } from './moments.ts';

const numbers = z.array(z.number());
const stateSchema = z
  .strictObject({
    names: z.array(z.string()).min(1),
    classes: z.number().int().min(1),
    /** What there were rows of, ascending; the rest of the state is in their order. */
    present: z.array(z.number().int().min(0)).min(1),
    priors: numbers,
    means: z.array(numbers),
    variances: z.array(numbers),
  })
  .refine(({ present, classes }) => present.every((k) => k < classes))
  .refine(({ present, priors, means, variances }) =>
    [priors, means, variances].every((part) => part.length === present.length),
  )
  .refine(({ names, means, variances }) =>
    [...means, ...variances].every((row) => row.length === names.length),
  );
type BayesState = z.infer<typeof stateSchema>;

/** See `Estimator.fit`. */
export async function fitBayes(
  { params, train, validation, task, constraints }: FitInput<{ varSmoothing: number }>,
  { signal }: FitContext,
): Promise<FittedModel> {
  checkTask('naive-bayes', ['classification'], task);
  refuseConstraints('naive-bayes', constraints);
  checkRows(train, task);
  checkComplete(train.features);
  const classes = outputsOf(task);
  const moments = await classMoments(train, classes, signal);
  const largest = await largestVariance(train.features, signal);
  // Where no feature varies, any width of the normal says the same: nothing.
  const smoothing = largest > 0 ? params.varSmoothing * largest : 1;
  const model = bayesModel(stateOf(train.features.names, classes, moments, smoothing));
  return scored(model, task, validation);
}

function stateOf(
  names: string[],
  classes: number,
  { weights, means, variances }: ClassMoments,
  smoothing: number,
): BayesState {
  const total = weights.reduce((sum, weight) => sum + weight);
  const present = Array.from(weights.keys()).filter((k) => weights[k] > 0);
  // Adding 0 turns −0, which JSON does not keep, into 0.
  const rowOf = (values: Float64Array, k: number, added: number) =>
    Array.from(values.subarray(k * names.length, (k + 1) * names.length), (value) => value + added);
  return {
    names,
    classes,
    present,
    priors: present.map((k) => weights[k] / total),
    means: present.map((k) => rowOf(means, k, 0)),
    variances: present.map((k) => rowOf(variances, k, smoothing)),
  };
}

function bayesModel(state: BayesState): FittedModel {
  return {
    outputs: state.classes,
    predict: (features) => predict(state, features),
    save: async () => Buffer.from(JSON.stringify(state)),
    addToGraph: (graph, features) => addBayes(graph, state, features),
  };
}

/** Logarithms of prior and normalisation, by class that is present. */
const offsetsOf = ({ priors, variances }: BayesState): number[] =>
  priors.map(
    (prior, c) =>
      Math.log(prior) -
      0.5 * variances[c].reduce((sum, variance) => sum + Math.log(2 * Math.PI * variance), 0),
  );

/** Rows predicted before other work of the event loop gets its turn: about a millisecond. */
const chunkRows = 4_096;

async function predict(state: BayesState, { rows, data }: Matrix): Promise<Float64Array> {
  const { classes, present, names } = state;
  const offsets = offsetsOf(state);
  const logits = new Float64Array(rows * present.length);
  for (let row = 0; row < rows; row++) {
    if (row > 0 && row % chunkRows === 0) await setImmediate();
    for (let c = 0; c < present.length; c++)
      logits[row * present.length + c] = offsets[c] - 0.5 * distance(state, c, data, row * names.length);
  }
  softmaxRows(logits, present.length);
  if (present.length === classes) return logits;
  const probabilities = new Float64Array(rows * classes);
  for (let i = 0; i < logits.length; i++)
    probabilities[Math.floor(i / present.length) * classes + present[i % present.length]] = logits[i];
  return probabilities;
}

/** Squared differences from the means of a class, in units of its variances. */
function distance({ means, variances }: BayesState, c: number, data: Float64Array, from: number): number {
  let sum = 0;
  for (let j = 0; j < means[c].length; j++) sum += (data[from + j] - means[c][j]) ** 2 / variances[c][j];
  return sum;
}

function addBayes(graph: OnnxGraph, state: BayesState, features: TensorName): TensorName {
  const { means, variances, present, classes, names } = state;
  const shape = [1, present.length, names.length];
  const [rows] = graph.node('Unsqueeze', [features, graph.constant('int64', [1], [1])]);
  const [difference] = graph.node('Sub', [rows, graph.constant('double', means.flat(), shape)]);
  const [square] = graph.node('Mul', [difference, difference]);
  const [scaled] = graph.node('Div', [square, graph.constant('double', variances.flat(), shape)]);
  const [distances] = graph.node('ReduceSum', [scaled, graph.constant('int64', [2], [1])], {
    keepdims: { int: 0 },
  });
  const [halved] = graph.node('Mul', [distances, graph.constant('double', [-0.5], [1, 1])]);
  const offsets = graph.constant('double', offsetsOf(state), [1, present.length]);
  const [logits] = graph.node('Add', [halved, offsets]);
  const [probabilities] = graph.node('Softmax', [logits], { axis: { int: 1 } });
  if (present.length === classes) return probabilities;
  const places = present.flatMap((k) => Array.from({ length: classes }, (_, other) => Number(other === k)));
  const spread = graph.constant('double', places, [present.length, classes]);
  return graph.node('MatMul', [probabilities, spread])[0];
}

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not a saved model of `fitBayes`. */
export async function loadBayes(bytes: Uint8Array): Promise<FittedModel> {
  try {
    return bayesModel(stateSchema.parse(JSON.parse(Buffer.from(bytes).toString())));
  } catch (cause) {
    throw corrupt('saved naive Bayes model', cause);
  }
}
