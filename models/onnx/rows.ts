import type { OnnxGraph, TensorName } from '../../contracts/onnx.ts';

/** At least as many doubles as a vector register has. */
const vectorWidth = 8;

/** Say whether something is so. */
export const truths: ReadonlySet<string> = new Set([
  ...['And', 'Or', 'Not', 'IsNaN', 'Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'],
]);

/**
 * Of these, element by element, onnxruntime gives the same bits wherever one stands: IEEE 754 rounds them, or they only
 * choose. All but the sign of a zero that `Min`, `Max` or `Where` chooses: only a division tells, and its infinities
 * are missing alike.
 */
export const exactElementwise: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Mod', 'Neg', 'Abs', 'Sqrt', 'Floor', 'Min', 'Max', 'Where', 'Cast'],
  ...truths,
]);

const exact = new Set([
  ...exactElementwise,
  ...['Clip', 'Concat', 'Split', 'Gather', 'Identity', 'Shape', 'Expand', 'LabelEncoder', 'TopK'],
  'TreeEnsembleRegressor',
]);

/** Round the last digit differently inside and outside of a vector register. */
export const roundedByPlace: ReadonlySet<string> = new Set(['Sin', 'Cos', 'Exp', 'Log', 'Sigmoid']);

interface Graph {
  nodes: readonly { op: string; inputs: readonly TensorName[]; outputs: readonly TensorName[] }[];
  constants: readonly { name: TensorName; shape: readonly number[]; values: ArrayLike<number | string> }[];
}

/**
 * One of the functions that round by an element's place, of a tensor of doubles `[N, 1]`: each element is repeated until it
 * fills vector registers of its own, so a row alone has the same bits as among others.
 */
export function addRounded(graph: OnnxGraph, op: string, tensor: TensorName): TensorName {
  const ones = graph.constant('double', new Array<number>(vectorWidth).fill(1), [1, vectorWidth]);
  const [repeated] = graph.node('Mul', [tensor, ones]);
  const [values] = graph.node(op, [repeated]);
  return graph.node('Gather', [values, graph.constant('int64', [0], [1])], { axis: { int: 1 } })[0];
}

/** Whether every row's answer has the same bits however many rows a run has, by the operators of the graph. */
export function areRowsIndependent({ nodes, constants }: Graph): boolean {
  const ones = new Set(constants.filter(isRowOfOnes).map(({ name }) => name));
  const repeated = new Set(
    nodes
      .filter(({ op, inputs }) => op === 'Mul' && inputs.some((name) => ones.has(name)))
      .flatMap(({ outputs }) => outputs),
  );
  return nodes.every(
    ({ op, inputs }) =>
      exact.has(op) || (roundedByPlace.has(op) && inputs.every((name) => repeated.has(name))),
  );
}

const isRowOfOnes = ({ shape, values }: Graph['constants'][number]): boolean =>
  shape.length === 2 &&
  shape[0] === 1 &&
  shape[1] === vectorWidth &&
  Array.from(values).every((value) => value === 1);
