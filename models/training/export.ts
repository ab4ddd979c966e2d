import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { addStepsToGraph } from '../features/index.ts';
import { createGraph } from '../onnx/graph.ts';
import type { FittedCandidate } from './candidate.ts';
import { addFeatures } from './graph.ts';

export { checkParity } from './parity.ts';

/**
 * The whole model as one ONNX file: raw columns in (double or string `[N, 1]` each, `spec.inputs` in order),
 * `prediction` out (double `[N, 1]`, the target's unit). Equal fits give equal bytes.
 * @param metadata goes into the file's `metadata_props`, beside the pipeline, target, estimator and features.
 * @throws RangeError where the candidate was fitted on other features than the spec's.
 */
export function exportOnnx(
  spec: PipelineSpec,
  fitted: FittedCandidate,
  metadata: Record<string, string>,
): Uint8Array {
  const names = Object.keys(spec.features);
  if (names.join('\n') !== fitted.features.join('\n'))
    throw new RangeError(
      `the model was fitted on ${fitted.features.join(', ')}, the spec has ${names.join(', ')}`,
    );
  const graph = createGraph(spec.name);
  const { features, base } = addFeatures(graph, spec);
  const residual = fitted.model.addToGraph(graph, addStepsToGraph(fitted.steps, graph, features));
  const [prediction] = base === undefined ? [residual] : graph.node('Add', [base, residual]);
  graph.output(prediction, 'prediction');
  return graph.toBytes({
    pipeline: spec.name,
    target: spec.target,
    estimator: fitted.estimator,
    features: JSON.stringify(names),
    ...metadata,
  });
}
