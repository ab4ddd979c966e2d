import { softmaxRows } from '../softmax.ts';

/** Layers from the features to the outputs: hidden ones are rectified, the last is linear, or a softmax. */
export interface NetworkShape {
  /** Units by layer: features first, outputs last. */
  sizes: number[];
  link: 'identity' | 'softmax';
}

/** Where a layer's numbers stand among all parameters: weights row-major `inputs × outputs`, then biases. */
interface Layer {
  inputs: number;
  outputs: number;
  weights: number;
  biases: number;
}

/** Where each layer's weights and biases stand, from the inputs on. */
export function layersOf({ sizes }: NetworkShape): Layer[] {
  let end = 0;
  return sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i];
    const weights = end;
    const biases = weights + inputs * outputs;
    end = biases + outputs;
    return { inputs, outputs, weights, biases };
  });
}

/** Weights and biases of all layers: the length of the parameters. */
export const parameterCount = (shape: NetworkShape): number =>
  layersOf(shape).reduce((sum, { inputs, outputs }) => sum + (inputs + 1) * outputs, 0);

/** What each layer gives for row-major `rows`; the last are the predictions. */
export function forward(shape: NetworkShape, parameters: Float64Array, rows: Float64Array): Float64Array[] {
  const layers = layersOf(shape);
  const outputs: Float64Array[] = [];
  let input = rows;
  layers.forEach((layer, i) => {
    const output = affine(layer, parameters, input);
    if (i < layers.length - 1) rectify(output);
    else if (shape.link === 'softmax') softmaxRows(output, layer.outputs);
    outputs.push(output);
    input = output;
  });
  return outputs;
}

function affine({ inputs, outputs, weights, biases }: Layer, parameters: Float64Array, input: Float64Array) {
  const rows = input.length / inputs;
  const output = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    const to = row * outputs;
    for (let q = 0; q < outputs; q++) output[to + q] = parameters[biases + q];
    for (let p = 0; p < inputs; p++) {
      const value = input[row * inputs + p];
      // Half of the rectified units are silent.
      if (value === 0) continue;
      const from = weights + p * outputs;
      for (let q = 0; q < outputs; q++) output[to + q] += value * parameters[from + q];
    }
  }
  return output;
}

function rectify(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) if (values[i] < 0) values[i] = 0;
}

/** Rows that a gradient is taken over. */
export interface Batch {
  /** Row-major, `rows × sizes[0]`. */
  features: Float64Array;
  /** Numbers, or class indices. */
  target: Float64Array;
  weights?: Float64Array;
}

/**
 * Gradient, in the order of the parameters, of the batch's loss: half the squared error or the log-loss, weighted
 * and divided by the number of rows, plus `alpha / 2 / rows` times the sum of the squared weights (not biases).
 */
export function gradientOf(
  shape: NetworkShape,
  parameters: Float64Array,
  batch: Batch,
  alpha: number,
): Float64Array {
  const layers = layersOf(shape);
  const activations = forward(shape, parameters, batch.features);
  const rows = batch.target.length;
  const gradient = new Float64Array(parameters.length);
  let errors: Float64Array = outputErrors(shape, activations[layers.length - 1], batch);
  for (let i = layers.length - 1; i >= 0; i--) {
    const input = i === 0 ? batch.features : activations[i - 1];
    addLayerGradient(layers[i], gradient, input, errors);
    penalise(layers[i], gradient, parameters, alpha / rows);
    if (i > 0) errors = errorsBelow(layers[i], parameters, input, errors);
  }
  return gradient;
}

/** Derivative of the loss by what the last layer sums up, per row and output. */
function outputErrors({ link }: NetworkShape, predicted: Float64Array, { target, weights }: Batch) {
  const rows = target.length;
  const outputs = predicted.length / rows;
  const errors = new Float64Array(predicted.length);
  for (let row = 0; row < rows; row++) {
    const share = (weights?.[row] ?? 1) / rows;
    for (let q = 0; q < outputs; q++) {
      const wanted = link === 'identity' ? target[row] : Number(target[row] === q);
      errors[row * outputs + q] = share * (predicted[row * outputs + q] - wanted);
    }
  }
  return errors;
}

function addLayerGradient(
  { inputs, outputs, weights, biases }: Layer,
  gradient: Float64Array,
  input: Float64Array,
  errors: Float64Array,
): void {
  const rows = errors.length / outputs;
  for (let row = 0; row < rows; row++) {
    const from = row * outputs;
    for (let q = 0; q < outputs; q++) gradient[biases + q] += errors[from + q];
    for (let p = 0; p < inputs; p++) {
      const value = input[row * inputs + p];
      if (value === 0) continue;
      const to = weights + p * outputs;
      for (let q = 0; q < outputs; q++) gradient[to + q] += value * errors[from + q];
    }
  }
}

function penalise(
  { weights, biases }: Layer,
  gradient: Float64Array,
  parameters: Float64Array,
  rate: number,
) {
  for (let i = weights; i < biases; i++) gradient[i] += rate * parameters[i];
}

/** Errors of the layer below: through the weights, where its unit was not silent. */
function errorsBelow(
  { inputs, outputs, weights }: Layer,
  parameters: Float64Array,
  input: Float64Array,
  errors: Float64Array,
): Float64Array {
  const below = new Float64Array(input.length);
  for (let cell = 0; cell < input.length; cell++) {
    if (input[cell] === 0) continue;
    const from = weights + (cell % inputs) * outputs;
    const row = Math.floor(cell / inputs) * outputs;
    let sum = 0;
    for (let q = 0; q < outputs; q++) sum += parameters[from + q] * errors[row + q];
    below[cell] = sum;
  }
  return below;
}
