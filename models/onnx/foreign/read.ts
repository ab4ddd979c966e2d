import { modelProtoType } from '../proto.ts';
import type { ForeignGraph, ForeignModel } from './types.ts';
import { unfit } from './unfit.ts';

/** Operators that onnxruntime has built in; any others would need code from elsewhere. */
const domains = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft']);
const externalLocation = 1;
/** Deeper than any exporter nests, shallower than the stack. */
const maxDepth = 100;

/**
 * Reads an ONNX file that somebody sent. @throws RelevoError MLFLOW_MODEL_UNFIT where it is none, refers to files
 * outside of itself, or needs operators that are not built in.
 */
export function readForeign(bytes: Uint8Array): ForeignModel & { graph: ForeignGraph } {
  let model: ForeignModel;
  try {
    model = modelProtoType().decode(bytes) as unknown as ForeignModel;
  } catch {
    throw unfit('The file is no ONNX model', 'file', `${bytes.length} bytes`, 'an ONNX file');
  }
  const { graph } = model;
  if (!graph || graph.output.length === 0)
    throw unfit('The file holds no graph with an output', 'graph', null, 'an ONNX model');
  const foreign = model.opsetImport.find(({ domain }) => !domains.has(domain));
  if (foreign !== undefined)
    throw unfit(
      'The model needs operators that are not built in',
      'opset_import',
      foreign.domain,
      'ai.onnx and ai.onnx.ml',
    );
  demandWhole(model, 0);
  return { ...model, graph };
}

/** Every message in the file may hold a tensor, and every tensor may point to a file. */
function demandWhole(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  if (depth > maxDepth)
    throw unfit('The graph is nested too deeply', 'graph', depth, `at most ${maxDepth} levels`);
  const tensor = value as { dataLocation?: unknown; externalData?: unknown[]; name?: unknown };
  if (tensor.dataLocation === externalLocation || (tensor.externalData?.length ?? 0) > 0)
    throw unfit(
      'The model keeps data in files outside of itself',
      'external_data',
      tensor.name,
      'one ONNX file that holds all of its tensors',
    );
  for (const child of Array.isArray(value) ? value : Object.values(value)) demandWhole(child, depth + 1);
}
