import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { FittedModel } from '../../../contracts/estimator.ts';
import type { Matrix } from '../../../contracts/frame.ts';
import type { OnnxGraph, TensorName } from '../../../contracts/onnx.ts';
import { corrupt } from '../pack.ts';
import { forward, layersOf, parameterCount } from './network.ts';

const stateSchema = z
  .strictObject({
    names: z.array(z.string()).min(1),
    shape: z.strictObject({
      sizes: z.array(z.number().int().min(1)).min(3),
      link: z.enum(['identity', 'softmax']),
    }),
    parameters: z.array(z.number()),
  })
  .refine(({ names, shape }) => names.length === shape.sizes[0])
  .refine(({ shape, parameters }) => parameters.length === parameterCount(shape));
type NetworkState = z.infer<typeof stateSchema>;

/**
 * A fitted network as a model. It predicts in pieces, between which the event loop takes its turn; nothing is to
 * dispose.
 */
export function networkModel(state: NetworkState): FittedModel {
  const { shape } = state;
  const parameters = Float64Array.from(state.parameters);
  return {
    outputs: shape.sizes[shape.sizes.length - 1],
    predict: (features) => predict(state, parameters, features),
    save: async () => Buffer.from(JSON.stringify(state)),
    addToGraph: (graph, features) => addNetwork(graph, state, parameters, features),
  };
}

/** Multiplications before other work of the event loop gets its turn: a few milliseconds. */
const chunkProducts = 2_000_000;

async function predict(
  { shape }: NetworkState,
  parameters: Float64Array,
  { rows, data }: Matrix,
): Promise<Float64Array> {
  const [width, outputs] = [shape.sizes[0], shape.sizes[shape.sizes.length - 1]];
  const chunkRows = Math.max(1, Math.floor(chunkProducts / parameters.length));
  const predicted = new Float64Array(rows * outputs);
  for (let start = 0; start < rows; start += chunkRows) {
    if (start > 0) await setImmediate();
    const layers = forward(shape, parameters, data.subarray(start * width, (start + chunkRows) * width));
    predicted.set(layers[layers.length - 1], start * outputs);
  }
  return predicted;
}

function addNetwork(
  graph: OnnxGraph,
  { shape }: NetworkState,
  parameters: Float64Array,
  features: TensorName,
): TensorName {
  const layers = layersOf(shape);
  const last = layers.reduce((input, { inputs, outputs, weights, biases }, i) => {
    const matrix = graph.constant('double', parameters.subarray(weights, biases), [inputs, outputs]);
    const row = graph.constant('double', parameters.subarray(biases, biases + outputs), [1, outputs]);
    const [product] = graph.node('MatMul', [input, matrix]);
    const [sum] = graph.node('Add', [product, row]);
    return i < layers.length - 1 ? graph.node('Relu', [sum])[0] : sum;
  }, features);
  return shape.link === 'identity' ? last : graph.node('Softmax', [last], { axis: { int: 1 } })[0];
}

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not a saved network. */
export async function loadNetwork(bytes: Uint8Array): Promise<FittedModel> {
  try {
    return networkModel(stateSchema.parse(JSON.parse(Buffer.from(bytes).toString())));
  } catch (cause) {
    throw corrupt('saved neural network', cause);
  }
}
