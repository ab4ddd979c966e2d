import type { OnnxAttribute, OnnxElement, TensorName } from '../../contracts/onnx.ts';
import { rowsMetadata } from '../../inference/metadata.ts';
import { attributeTypes, elementTypes, modelProtoType } from './proto.ts';
import { areRowsIndependent } from './rows.ts';

/** What a graph is made of before it becomes protobuf. */
export interface GraphParts {
  name: string;
  inputs: { name: TensorName; element: OnnxElement }[];
  /** `width` is the second dimension; the first is free. */
  outputs: { name: TensorName; element: OnnxElement; width: number }[];
  constants: TensorParts[];
  nodes: NodeParts[];
}
export interface NodeParts {
  op: string;
  domain: string;
  inputs: TensorName[];
  outputs: TensorName[];
  attributes: Record<string, OnnxAttribute>;
}
type TensorParts = { name: TensorName; shape: number[] } & (
  | { element: 'float' | 'double' | 'int64'; values: ArrayLike<number> }
  | { element: 'string'; values: string[] }
);

/** Of 2023: opset 19 is the first that compares strings, 4 of `ai.onnx.ml` the first that looks up doubles. */
const irVersion = 9;
const opsets = [
  { domain: '', version: 19 },
  { domain: 'ai.onnx.ml', version: 4 },
];

const utf8 = new TextEncoder();

/**
 * Bytes of an ONNX file (`ModelProto`). Equal parts and metadata give equal bytes.
 * @param metadata becomes `metadata_props`, sorted by key, with a mark where rows are independent.
 */
export function encodeModel(parts: GraphParts, metadata: Record<string, string>): Uint8Array {
  const type = modelProtoType();
  const all = areRowsIndependent(parts)
    ? { ...metadata, [rowsMetadata.key]: rowsMetadata.independent }
    : metadata;
  const keys = Object.keys(all).sort();
  const message = type.fromObject({
    irVersion,
    producerName: 'relevo',
    opsetImport: opsets,
    graph: encodeGraph(parts),
    metadataProps: keys.map((key) => ({ key, value: all[key] })),
  });
  return type.encode(message).finish();
}

const encodeGraph = (parts: GraphParts) => ({
  name: parts.name,
  input: parts.inputs.map(({ name, element }) => encodeValueInfo(name, element, 1)),
  output: parts.outputs.map(({ name, element, width }) => encodeValueInfo(name, element, width)),
  initializer: usedConstants(parts).map(encodeTensor),
  node: parts.nodes.map((node, index) => ({
    name: `${node.op}_${index}`,
    opType: node.op,
    domain: node.domain,
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(([name, value]) => encodeAttribute(name, value)),
  })),
});

/** onnxruntime warns every user of a file with others. */
function usedConstants({ constants, nodes }: GraphParts): TensorParts[] {
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  return constants.filter(({ name }) => used.has(name));
}

const encodeValueInfo = (name: TensorName, element: OnnxElement, width: number) => ({
  name,
  type: {
    tensorType: {
      elemType: elementTypes[element],
      shape: { dim: [{ dimParam: 'N' }, { dimValue: width }] },
    },
  },
});

function encodeTensor(tensor: TensorParts) {
  const head = { name: tensor.name, dims: tensor.shape, dataType: elementTypes[tensor.element] };
  return tensor.element === 'string'
    ? { ...head, stringData: tensor.values.map((value) => utf8.encode(value)) }
    : { ...head, rawData: rawBytes(tensor.element, tensor.values) };
}

/** Little-endian, as ONNX stores raw tensors. */
export function rawBytes(element: 'float' | 'double' | 'int64', values: ArrayLike<number>): Uint8Array {
  const width = element === 'float' ? 4 : 8;
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) {
    if (element === 'float') view.setFloat32(i * 4, values[i], true);
    else if (element === 'double') view.setFloat64(i * 8, values[i], true);
    else view.setBigInt64(i * 8, BigInt(values[i]), true);
  }
  return bytes;
}

function encodeAttribute(name: string, value: OnnxAttribute) {
  if ('int' in value) return { name, type: attributeTypes.int, i: value.int };
  if ('float' in value) return { name, type: attributeTypes.float, f: value.float };
  if ('string' in value) return { name, type: attributeTypes.string, s: utf8.encode(value.string) };
  if ('ints' in value) return { name, type: attributeTypes.ints, ints: value.ints };
  if ('floats' in value) return { name, type: attributeTypes.floats, floats: value.floats };
  if ('strings' in value)
    return { name, type: attributeTypes.strings, strings: value.strings.map((text) => utf8.encode(text)) };
  const t = {
    dims: value.shape,
    dataType: elementTypes.double,
    rawData: rawBytes('double', value.doubles),
  };
  return { name, type: attributeTypes.tensor, t };
}
