import { RelevoError } from '../../contracts/errors.ts';
import type { TensorName } from '../../contracts/onnx.ts';
import { modelInputs, type PipelineSpec } from '../../contracts/pipeline.ts';
import { compileNumber } from '../onnx/expression.ts';
import type { OnnxGraphBuilder } from '../onnx/graph.ts';
import { compileTable } from '../onnx/table.ts';

/**
 * Adds a pipeline's raw columns as inputs and computes from them the features, `[N, F]` in the spec's order, and
 * the base prediction, `[N, 1]`, 0 where it is missing.
 * @throws RelevoError PIPELINE_INVALID for an input that a model cannot read; EXPRESSION_INVALID.
 */
export function addFeatures(
  graph: OnnxGraphBuilder,
  spec: PipelineSpec,
): { features: TensorName; base: TensorName | undefined } {
  for (const name of spec.inputs) demandReadable(spec, name);
  const inputs = Object.fromEntries(
    modelInputs(spec).map(({ name, kind }) => [
      name,
      graph.input(name, kind === 'category' ? 'string' : 'double'),
    ]),
  );
  if (Object.keys(spec.features).length === 0)
    throw new RelevoError('PIPELINE_INVALID', `The pipeline "${spec.name}" has no features`, {
      field: 'features',
      expected: 'at least one',
    });
  const features = compileTable(graph, Object.values(spec.features), inputs);
  return { features, base: spec.base && zeroWhereMissing(graph, compileNumber(graph, spec.base, inputs)) };
}

function demandReadable(spec: PipelineSpec, name: string): void {
  const { kind } = spec.columns[name];
  if (kind === 'number' || kind === 'category') return;
  throw new RelevoError('PIPELINE_INVALID', `A model cannot read the ${kind} column "${name}"`, {
    field: 'inputs',
    value: name,
    expected: 'number and category columns',
  });
}

function zeroWhereMissing(graph: OnnxGraphBuilder, base: TensorName): TensorName {
  const [isMissing] = graph.node('IsNaN', [base]);
  return graph.node('Where', [isMissing, graph.constant('double', [0], [1, 1]), base])[0];
}
