import { createHash } from 'node:crypto';
import type { OnnxAttribute, OnnxElement, OnnxGraph, TensorName } from '../../contracts/onnx.ts';
import { encodeModel, type GraphParts, rawBytes } from './model.ts';
import { packed } from './packing/index.ts';
import { elementTypes } from './proto.ts';

/** An ONNX graph under construction. Equal nodes and equal constants are kept once. */
export interface OnnxGraphBuilder extends OnnxGraph {
  /** Declares an input `[N, 1]`; the tensor has the input's name. */
  input(name: string, element: 'double' | 'float' | 'string'): TensorName;
  /** Names a tensor `[N, width]`, of doubles unless told, as an output. */
  output(tensor: TensorName, name: string, width?: number, element?: 'double' | 'string'): void;
  /** Element type of an input, constant or cast; undefined for other tensors. */
  elementOf(tensor: TensorName): OnnxElement | undefined;
  /** What it is made of, nothing packed. */
  parts(): GraphParts;
  /** The file's bytes, like nodes packed; the same calls in the same order give the same bytes. */
  toBytes(metadata: Record<string, string>): Uint8Array;
}

/**
 * Starts an empty graph. Every operator of Relevo's models is a pure function, so a node that repeats
 * another's operator, inputs and attributes is that other node.
 */
export function createGraph(name: string): OnnxGraphBuilder {
  const parts: GraphParts = { name, inputs: [], outputs: [], constants: [], nodes: [] };
  const elements = new Map<TensorName, OnnxElement>();
  const known = new Map<string, TensorName[]>();
  const taken = new Set<TensorName>();

  const fresh = (stem: string): TensorName => {
    const name = `${stem}:${taken.size}`;
    taken.add(name);
    return name;
  };
  const claim = (name: string): void => {
    if (taken.has(name)) throw new RangeError(`the graph already has a tensor named "${name}"`);
    taken.add(name);
  };
  const once = (key: string, make: () => TensorName[]): TensorName[] => {
    const hash = createHash('sha256').update(key).digest('base64');
    let names = known.get(hash);
    if (names === undefined) {
      names = make();
      known.set(hash, names);
    }
    return names;
  };

  const node: OnnxGraph['node'] = (op, inputs, attributes = {}, { outputs = 1, domain } = {}) =>
    once(JSON.stringify([domain, op, inputs, outputs, canonical(attributes)]), () => {
      const names = Array.from({ length: outputs }, () => fresh(op));
      parts.nodes.push({ op, domain: domain ?? '', inputs, outputs: names, attributes });
      return names;
    });

  function constant(
    element: 'float' | 'double' | 'int64',
    values: ArrayLike<number>,
    shape: number[],
  ): string;
  function constant(element: 'string', values: string[], shape: number[]): string;
  function constant(
    ...[element, values, shape]:
      | ['float' | 'double' | 'int64', ArrayLike<number>, number[]]
      | ['string', string[], number[]]
  ): TensorName {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    if (size !== values.length)
      throw new RangeError(`a constant of shape [${shape}] needs ${size} values, got ${values.length}`);
    const content =
      element === 'string'
        ? JSON.stringify(values)
        : Buffer.from(rawBytes(element, values)).toString('base64');
    return once(`${element}[${shape}]${content}`, () => {
      const name = fresh('constant');
      elements.set(name, element);
      parts.constants.push(
        element === 'string' ? { name, shape, element, values } : { name, shape, element, values },
      );
      return [name];
    })[0];
  }

  return {
    node,
    constant,
    input(name, element) {
      claim(name);
      parts.inputs.push({ name, element });
      elements.set(name, element);
      return name;
    },
    cast(tensor, to) {
      if (elements.get(tensor) === to) return tensor;
      const [name] = node('Cast', [tensor], { to: { int: elementTypes[to] } });
      elements.set(name, to);
      return name;
    },
    output(tensor, name, width = 1, element = 'double') {
      claim(name);
      parts.nodes.push({ op: 'Identity', domain: '', inputs: [tensor], outputs: [name], attributes: {} });
      parts.outputs.push({ name, element, width });
    },
    elementOf: (tensor) => elements.get(tensor),
    parts: () => parts,
    toBytes: (metadata) => encodeModel(packed(parts), metadata),
  };
}

/** Attributes with exact numbers and sorted names, so that equal ones have equal JSON. */
const canonical = (attributes: Record<string, OnnxAttribute>): unknown =>
  Object.entries(attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [
      name,
      'doubles' in value
        ? [value.shape, Buffer.from(rawBytes('double', value.doubles)).toString('base64')]
        : value,
    ]);
