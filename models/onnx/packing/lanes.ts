import type { OnnxElement, TensorName } from '../../../contracts/onnx.ts';
import type { GraphParts, NodeParts } from '../model.ts';
import { elementTypes } from '../proto.ts';

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

const truths = ['And', 'Or', 'Not', 'IsNaN', 'Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'];
/**
 * IEEE 754 rounds these, or they only choose: an element has the same bits wherever it stands. The sign of a zero that
 * `Min`, `Max` or `Where` chooses may change; only a division tells, and its infinities are missing alike.
 */
const packable = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Mod', 'Neg', 'Abs', 'Sqrt', 'Floor', 'Min', 'Max', 'Where', 'Cast'],
  ...truths,
]);
const elementwise = new Set([...packable, 'Sin', 'Cos', 'Exp', 'Log', 'Sigmoid']);
const isTruth = new Set(truths);

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
    const result = operands.every((operand) => operand !== undefined) ? resultOf(node, operands) : undefined;
    if (result === undefined) continue;
    tensors.set(node.outputs[0], result);
    if (!packable.has(node.op) || result.width !== 1) continue;
    const elements = operands.map((operand) => operand?.element);
    if ([...elements, result.element].includes('string')) continue;
    const key = JSON.stringify([node.op, node.attributes, elements]);
    lanes.push({ node, key, formula: formulaOf(node, key) });
  }
  return lanes;
}

/** What the operators of Relevo's graphs make of operands; undefined where a result is of no use as a lane's operand. */
function resultOf({ op, attributes }: NodeParts, operands: Tensor[]): Tensor | undefined {
  const [first, second] = operands;
  if (op === 'Gather') return isOfColumns(attributes) ? { ...first, width: second.width } : undefined;
  if (op === 'LabelEncoder')
    return 'values_tensor' in attributes ? { ...first, element: 'double' } : undefined;
  if (!elementwise.has(op) || operands.every(({ isConstant }) => isConstant)) return undefined;
  const element = op === 'Cast' ? castTo(attributes) : op === 'Where' ? second.element : first.element;
  return (
    element && {
      element: isTruth.has(op) ? 'bool' : element,
      width: Math.max(...operands.map(({ width }) => width)),
      isConstant: false,
    }
  );
}

const isOfColumns = ({ axis }: NodeParts['attributes']): boolean => 'int' in axis && axis.int === 1;
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
