import type { OnnxGraph, TensorName } from '../../contracts/onnx.ts';
import { classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import { addCalibrationToGraph } from '../calibration/index.ts';
import { addIntervalToGraph } from '../conformal/index.ts';
import { addCorrectionToGraph } from '../correction/index.ts';
import { addDecisionToGraph } from '../decision/index.ts';
import { addStepsToGraph } from '../features/index.ts';
import { createGraph, type OnnxGraphBuilder } from '../onnx/graph.ts';
import type { Companion, FittedCandidate } from './candidate.ts';
import { addFeatures } from './graph.ts';
import type { Heads } from './heads.ts';

export { checkParity } from './parity.ts';

/**
 * The whole model as one ONNX file. In: raw columns, `modelInputs` in order, double or string `[N, 1]` each. Out:
 * `prediction` (double, the target's value `[N, 1]` or probabilities `[N, K]`); of a classification `label` (string
 * `[N, 1]`); where the heads have one, `interval` (double `[N, 2]`). Equal fits give equal bytes.
 * @param metadata goes into the file's `metadata_props`, beside the pipeline, task, target, classes, estimator and
 * features.
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
  const raw = addModel(graph, fitted, fitted.heads, features, base);
  if (spec.task === 'classification') addClassOutputs(graph, spec, fitted, raw);
  else addRegressionOutputs(graph, fitted, raw, { features, base });
  const { interval } = fitted.heads;
  return graph.toBytes({
    pipeline: spec.name,
    task: spec.task,
    target: spec.target,
    estimator: fitted.estimator,
    features: JSON.stringify(names),
    ...(spec.task === 'classification' ? { classes: JSON.stringify(classesOf(spec)) } : {}),
    ...(interval === undefined ? {} : { interval_level: String(interval.level) }),
    ...metadata,
  });
}

/** base + model behind its steps, corrected. */
function addModel(
  graph: OnnxGraph,
  { steps, model }: Pick<Companion, 'steps' | 'model'>,
  { correction }: Heads,
  features: TensorName,
  base: TensorName | undefined,
): TensorName {
  const said = model.addToGraph(graph, addStepsToGraph(steps, graph, features));
  const answer = correction ? addCorrectionToGraph(correction, graph, said) : said;
  return base === undefined ? answer : graph.node('Add', [base, answer])[0];
}

function addClassOutputs(
  graph: OnnxGraphBuilder,
  spec: PipelineSpec,
  { heads }: FittedCandidate,
  raw: TensorName,
): void {
  const classes = classesOf(spec);
  const probabilities =
    heads.calibration === undefined ? raw : addCalibrationToGraph(heads.calibration, graph, raw);
  graph.output(probabilities, 'prediction', classes.length);
  const weights = heads.decisionWeights;
  const answered = addDecisionToGraph(graph, probabilities, weights);
  const names = graph.constant('string', classes, [classes.length, 1]);
  const [label] = graph.node('Gather', [names, answered], { axis: { int: 0 } });
  graph.output(label, 'label', 1, 'string');
}

function addRegressionOutputs(
  graph: OnnxGraphBuilder,
  { heads, companion }: FittedCandidate,
  prediction: TensorName,
  { features, base }: { features: TensorName; base: TensorName | undefined },
): void {
  graph.output(prediction, 'prediction');
  if (heads.interval === undefined) return;
  const quantiles = companion && addModel(graph, companion, heads, features, base);
  graph.output(addIntervalToGraph(heads.interval, graph, prediction, quantiles), 'interval', 2);
}
