import { RelevoError } from '../../../contracts/errors.ts';
import { classesOf, type PipelineSpec } from '../../../contracts/pipeline.ts';
import type { RowAnswer } from '../../serving/rows/answers.ts';
import { doublesToBytes, textsToBytes } from './datatypes.ts';
import { outputTensors, type TensorMetadata, versionTensor } from './metadata.ts';
import type { Inference } from './request.ts';

interface Wanted extends TensorMetadata {
  binary: boolean;
}
interface OutputTensor {
  name: string;
  datatype: TensorMetadata['datatype'];
  shape: number[];
  parameters?: Record<string, unknown>;
  data?: (number | string)[];
}

/** An answer as it goes out: JSON alone, or JSON with the binary tensors behind it. */
export interface WrittenAnswer {
  body: Buffer;
  /** Bytes of JSON where binary tensors follow. */
  jsonBytes?: number;
}

/** @throws RelevoError REQUEST_INVALID where an output is asked for that the model does not have. */
export function wantedOutputs(spec: PipelineSpec, { outputs, parameters }: Inference): Wanted[] {
  const known = outputTensors(spec);
  const byDefault = parameters?.binary_data_output === true;
  if (outputs === undefined || outputs.length === 0)
    return known.map((tensor) => ({ ...tensor, binary: byDefault }));
  return outputs.map(({ name, parameters: own }) => {
    const tensor = [...known, versionTensor].find((output) => output.name === name);
    const { binary_data: binary = byDefault } = own ?? {};
    if (tensor !== undefined) return { ...tensor, binary: binary === true };
    throw new RelevoError('REQUEST_UNPROCESSABLE', `The model has no output "${name.slice(0, 80)}".`, {
      field: 'outputs',
      value: name,
      expected: [...known, versionTensor].map((output) => output.name).join(', '),
    });
  });
}

/** Writes answers as the outputs that were asked for, in their order. */
export function writeAnswer(
  model: { name: string; spec: PipelineSpec },
  id: string,
  wanted: readonly Wanted[],
  answers: readonly RowAnswer[],
): WrittenAnswer {
  const versions = new Set(answers.map(({ modelVersion }) => modelVersion));
  const tails: Buffer[] = [];
  const outputs = wanted.map(({ binary, ...tensor }): OutputTensor => {
    const data = dataOf(tensor.name, model.spec, answers);
    const output = { ...tensor, shape: [answers.length, tensor.shape[1]] };
    if (!binary) return { ...output, data };
    const tail =
      tensor.datatype === 'BYTES' ? textsToBytes(data as string[]) : doublesToBytes(data as number[]);
    tails.push(tail);
    return { ...output, parameters: { ...tensor.parameters, binary_data_size: tail.length } };
  });
  const json = Buffer.from(
    JSON.stringify({
      model_name: model.name,
      // During a contest rows may be answered by different versions; `model_version` as an output tells which.
      ...(versions.size === 1 ? { model_version: answers[0].modelVersion } : {}),
      id,
      outputs,
    }),
  );
  if (tails.length === 0) return { body: json };
  return { body: Buffer.concat([json, ...tails]), jsonBytes: json.length };
}

/** Row-major. */
function dataOf(output: string, spec: PipelineSpec, answers: readonly RowAnswer[]): (number | string)[] {
  if (output === 'id') return answers.map(({ id }) => id);
  if (output === 'model_version') return answers.map(({ modelVersion }) => modelVersion);
  if (output === 'label') return answers.map(({ label = '' }) => label);
  if (output === 'probabilities') {
    const classes = classesOf(spec);
    return answers.flatMap(({ probabilities = {} }) => classes.map((name) => probabilities[name]));
  }
  if (output === 'interval')
    return answers.flatMap(({ interval }) =>
      interval === undefined ? [Number.NaN, Number.NaN] : [interval.low, interval.high],
    );
  return answers.map(({ value = Number.NaN }) => value);
}
