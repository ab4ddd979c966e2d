import { RelevoError, showValue } from '../../contracts/errors.ts';
import type { Expression } from '../../contracts/expression.ts';
import type { TensorName } from '../../contracts/onnx.ts';
import type { OnnxGraphBuilder } from './graph.ts';

/** What an expression became in the graph. */
export interface Value {
  tensor: TensorName;
  kind: 'number' | 'truth' | 'text';
  /** False for `[1, 1]`, which broadcasts. */
  perRow: boolean;
  /**
   * Whether an infinity in the tensor may stand for a missing value. It is made NaN only where the difference
   * matters (`settled`), since every node costs each prediction half a microsecond and more.
   */
  mayBeInfinite: boolean;
  literal?: number | string;
}

export interface Compiler {
  graph: OnnxGraphBuilder;
  inputs: Record<string, TensorName>;
}

/** One double for all rows, whose value stays readable as `literal`. */
export const numberConstant = ({ graph }: Compiler, value: number): Value => ({
  tensor: graph.constant('double', [value], [1, 1]),
  kind: 'number',
  perRow: false,
  mayBeInfinite: false,
  literal: value,
});

/** One text for all rows, readable as `literal`. */
export const textConstant = ({ graph }: Compiler, value: string): Value => ({
  tensor: graph.constant('string', [value], [1, 1]),
  kind: 'text',
  perRow: false,
  mayBeInfinite: false,
  literal: value,
});

/** The result of one node, finite as far as its inputs are. */
export function nodeValue(c: Compiler, kind: Value['kind'], op: string, ...of: Value[]): Value {
  return {
    tensor: c.graph.node(
      op,
      of.map(({ tensor }) => tensor),
    )[0],
    kind,
    perRow: of.some(({ perRow }) => perRow),
    mayBeInfinite: kind === 'number' && of.some(({ mayBeInfinite }) => mayBeInfinite),
  };
}

/** The value, marked as the result of an operation that may make an infinity of finite numbers. */
export const mayOverflow = (value: Value): Value => ({ ...value, mayBeInfinite: true });

/** The value with its infinities as NaN. */
export function settled(c: Compiler, value: Value): Value {
  if (!value.mayBeInfinite) return value;
  return { ...value, tensor: settledTensor(c.graph, value.tensor), mayBeInfinite: false };
}

/** C's `fmod(x, ∞)` is x, and NaN where x is infinite: one node, where `IsInf` and `Where` cost several times as much. */
export function settledTensor(graph: OnnxGraphBuilder, tensor: TensorName): TensorName {
  const infinity = graph.constant('double', [Number.POSITIVE_INFINITY], [1, 1]);
  return graph.node('Mod', [tensor, infinity], { fmod: { int: 1 } })[0];
}

/** The value as a number: a condition counts as 1 or 0. @throws RelevoError EXPRESSION_INVALID for a text. */
export function asNumber(c: Compiler, expression: Expression, value: Value): Value {
  if (value.kind === 'text') throw invalid(expression, 'a number', 'a text');
  if (value.kind === 'number') return value;
  return { ...value, kind: 'number', tensor: c.graph.cast(value.tensor, 'double') };
}

/** The value as it is, if it is a condition. @throws RelevoError EXPRESSION_INVALID for a number too: 0 is no false. */
export function asTruth(expression: Expression, value: Value): Value {
  if (value.kind !== 'truth') throw invalid(expression, 'a condition', `a ${value.kind}`);
  return value;
}

/** The tensor with one value per row of the first input. */
export function perRow({ graph, inputs }: Compiler, value: Value): TensorName {
  if (value.perRow) return value.tensor;
  const [first] = Object.values(inputs);
  if (first === undefined)
    throw new RelevoError('EXPRESSION_INVALID', 'A constant needs at least one input to know the rows by');
  const [shape] = graph.node('Shape', [first]);
  const number = value.kind === 'truth' ? graph.cast(value.tensor, 'double') : value.tensor;
  const [rows] = graph.node('Expand', [number, shape]);
  return value.kind === 'truth' ? graph.cast(rows, 'bool') : rows;
}

/** `the column "q"`, `12.5`, `the result of "add"`. */
export function describe(expression: Expression): string {
  if (expression.op === 'column') return `the column "${expression.name}"`;
  if (expression.op === 'number' || expression.op === 'text') return showValue(expression.value);
  return `the result of "${expression.op}"`;
}

/** EXPRESSION_INVALID, for an operand of another kind than its operator takes. */
export function invalid(expression: Expression, expected: string, found: string): RelevoError {
  return new RelevoError(
    'EXPRESSION_INVALID',
    `An expression needs ${expected}, but ${describe(expression)} is ${found}`,
    { field: expression.op === 'column' ? expression.name : expression.op, expected },
  );
}
