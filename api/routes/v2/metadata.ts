import { classesOf, type PipelineSpec } from '../../../contracts/pipeline.ts';
import type { ModelVersion } from '../../../registry/types.ts';
import { sentColumns } from '../pipelines/view.ts';

/** A tensor of the model: -1 rows, and how wide it is. */
export interface TensorMetadata {
  name: string;
  datatype: 'FP64' | 'BYTES';
  shape: number[];
  parameters?: Record<string, unknown>;
}

const column = (name: string, datatype: TensorMetadata['datatype'], width = 1): TensorMetadata => ({
  name,
  datatype,
  shape: [-1, width],
});

/** One tensor per column that a client sends; texts are UTF-8. */
export const inputTensors = (spec: PipelineSpec): TensorMetadata[] =>
  sentColumns(spec).map((name) => column(name, spec.columns[name].kind === 'number' ? 'FP64' : 'BYTES'));

/** What a model answers by itself. */
export function outputTensors(spec: PipelineSpec): TensorMetadata[] {
  const classes = classesOf(spec);
  const answer =
    spec.task === 'classification'
      ? [
          column('label', 'BYTES'),
          { ...column('probabilities', 'FP64', classes.length), parameters: { classes } },
        ]
      : [
          column('prediction', 'FP64'),
          ...(spec.interval === undefined
            ? []
            : [{ ...column('interval', 'FP64', 2), parameters: { level: spec.interval.level } }]),
        ];
  return [...answer, column('id', 'BYTES')];
}

/** Given where it is asked for. */
export const versionTensor = column('model_version', 'BYTES');

/**
 * The Open Inference Protocol's model metadata. `model_version` is among the outputs, though answered only when asked
 * for.
 */
export const modelMetadata = ({ pipeline, spec }: ModelVersion, versions: readonly string[]) => ({
  name: pipeline,
  versions: [...versions],
  platform: 'onnx_onnxv1',
  inputs: inputTensors(spec),
  outputs: [...outputTensors(spec), versionTensor],
});
