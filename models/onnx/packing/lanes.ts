import type { OnnxElement, TensorName } from '../../../contracts/onnx.ts';
import type { GraphParts, NodeParts } from '../model.ts';
import { elementTypes } from '../proto.ts';
import { exactElementwise, roundedByPlace, truths } from '../rows.ts';

/** A node that computes one number or truth per row, each for itself: it can stand beside others of its key. */
export interface Lane {
  node: NodeParts;
  /** Equal for lanes whose operator, attributes and kinds of operands are. */
  key: string;
  /** Equal for lanes that compute the same formula, of other tensors and constants perhaps. */
  formula: number;
}

/** What is known of a tensor `[N, width]`, or of a constant `[1, width]`. */
interface Tensor {
  element: OnnxElement;
  width: number;
  isConstant: boolean;
}

/** The lanes of a graph, in the order of its nodes. */
export function lanesOf({ inputs, constants, nodes }: GraphParts): Lane[] {
  const tensors = new Map<TensorName, Tensor>();
  for (const { name, element } of inputs) tensors.set(name, { element, width: 1, isConstant: false });
  for (const { name, element, shape } of constants)
    if (shape.length <= 2 && (shape.length === 1 || shape[0] === 1))
      tensors.set(name, { element, width: shape[shape.length - 1], isConstant: true });
  const formulaOf = createFormulas(constants.map(({ name }) => name));
  const lanes: Lane[] = [];
  for (const node of nodes) {
    const operands = node.inputs.map((name) => tensors.get(name));
    if (!operands.every((operand) => operand !== undefined)) continue;
    const result = resultOf(node, operands);
    if (result === undefined) continue;
    tensors.set(node.outputs[0], result);
    if (!exactElementwise.has(node.op) || result.width !== 1) continue;
    const read = operands.map(({ element }) => element);
    if ([...read, result.element].includes('string')) continue;
    const key = JSON.stringify([node.op, node.attributes, read]);
    lanes.push({ node, key, formula: formulaOf(node, key) });
  }
  return lanes;
}

/** What the operators of Relevo's graphs make of operands; undefined where a result is of no use as a lane's operand. */
function resultOf({ op, attributes }: NodeParts, operands: Tensor[]): Tensor | undefined {
  const [first, second] = operands;
  if (op === 'Gather') return isOverColumns(attributes) ? { ...first, width: second.width } : undefined;
  if (op === 'LabelEncoder')
    return 'values_tensor' in attributes ? { ...first, element: 'double' } : undefined;
  const isElementwise = exactElementwise.has(op) || roundedByPlace.has(op);
  if (!isElementwise || operands.every(({ isConstant }) => isConstant)) return undefined;
  const element = op === 'Cast' ? castTo(attributes) : op === 'Where' ? second.element : first.element;
  return (
    element && {
      element: truths.has(op) ? 'bool' : element,
      width: Math.max(...operands.map(({ width }) => width)),
      isConstant: false,
    }
  );
}

/** Whether a node joins, splits or takes columns, not rows. */
export const isOverColumns = ({ axis }: NodeParts['attributes']): boolean =>
  axis !== undefined && 'int' in axis && axis.int === 1;
const elements = Object.entries(elementTypes) as [OnnxElement, number][];
const castTo = ({ to }: NodeParts['attributes']): OnnxElement | undefined =>
  elements.find(([, type]) => 'int' in to && to.int === type)?.[0];

/** Numbers formulas: the operator over its operands' formulas, whichever tensors and constants they begin with. */
function createFormulas(constants: TensorName[]) {
  const numbers = new Map<string, number>();
  const ofTensor = new Map<TensorName, string>(constants.map((name) => [name, 'constant']));
  return ({ inputs, outputs }: NodeParts, key: string): number => {
    const text = `${key}(${inputs.map((name) => ofTensor.get(name) ?? 'tensor').join()})`;
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    ofTensor.set(outputs[0], String(number));
    return number;
  };
}
