import { modelProtoType } from '../proto.ts';
import { listShape, readColumns } from './inputs.ts';
import { answer } from './outputs.ts';
import { readForeign } from './read.ts';
import { rename } from './rename.ts';
import type { ForeignTask } from './types.ts';

export interface AdaptedModel {
  /** The model as the pipeline serves it. */
  bytes: Uint8Array;
  /** The same graph between the same columns, with the file's own answer, as it is, as its only output. */
  asGiven: Uint8Array;
  /** Which columns of the file's answer become the prediction's, in order; undefined: as they are. */
  order: number[] | undefined;
}

/** Of the operators that are put around a model; any file of the last years has them. */
const plainOpset = 13;

/**
 * Puts an ONNX file that was made elsewhere between the raw columns of a pipeline and the outputs of its models
 * (`prediction`, of a classification `label`). Its own operators stay as they are.
 * @throws RelevoError MLFLOW_MODEL_UNFIT where it reads other columns, answers in another form, or is no whole model.
 */
export function adaptForeign(file: Uint8Array, about: ForeignTask): AdaptedModel {
  const model = readForeign(file);
  const { graph } = model;
  const constants = new Set(graph.initializer.map(({ name }) => name));
  const given = graph.input.filter(({ name }) => !constants.has(name));
  rename(graph);
  const before = readColumns(graph, given, about);
  const ownOutputs = graph.output;
  const { nodes, initializers, answered, order } = answer(graph, about);
  const node = [...before, ...graph.node, ...nodes];
  const used = new Set(node.flatMap(({ input }) => input));
  const added = [listShape, ...initializers].filter(({ name }) => used.has(name));
  const whole = {
    ...model,
    trainingInfo: [],
    opsetImport: model.opsetImport.some(({ domain }) => domain === '' || domain === 'ai.onnx')
      ? model.opsetImport
      : [...model.opsetImport, { domain: '', version: plainOpset }],
    metadataProps: Object.entries({
      pipeline: about.pipeline,
      task: about.task,
      target: about.target,
      estimator: 'onnx',
      ...(about.task === 'classification' ? { classes: JSON.stringify(about.classes) } : {}),
    }).map(([key, value]) => ({ key, value })),
    graph: {
      ...graph,
      name: about.pipeline,
      initializer: [...graph.initializer, ...added],
      node,
    },
  };
  const own = ownOutputs.find(({ name }) => name === answered) ?? { name: answered };
  const type = modelProtoType();
  const encode = (content: object): Uint8Array => type.encode(type.fromObject(content)).finish();
  return {
    bytes: encode(whole),
    asGiven: encode({
      ...whole,
      graph: {
        ...whole.graph,
        initializer: [...graph.initializer, ...added.filter(({ name }) => name === listShape.name)],
        node: [...before, ...graph.node],
        output: [own],
      },
    }),
    order,
  };
}
