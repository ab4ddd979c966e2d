import { RelevoError, showValue } from '../../contracts/errors.ts';
import type { BinaryOperator, Expression, UnaryOperator } from '../../contracts/expression.ts';
import type { TensorName } from '../../contracts/onnx.ts';
import type { OnnxGraphBuilder } from './graph.ts';

/** A compiled expression. `perRow` is false for `[1, 1]`, which broadcasts. */
interface Value {
  tensor: TensorName;
  kind: 'number' | 'truth' | 'text';
  perRow: boolean;
  literal?: number | string;
}
interface Compiler {
  graph: OnnxGraphBuilder;
  inputs: Record<string, TensorName>;
}

/**
 * Adds the nodes of an expression, in double precision, with the missing-value rules of `contracts/expression.ts`.
 * A truth used as a number is 1 or 0.
 * @param inputs the tensor of each column, `[N, 1]`, double or string.
 * @returns a tensor `[N, 1]`: bool for comparisons and logic, double otherwise.
 * @throws RelevoError EXPRESSION_INVALID for an unknown column, a calendar part, or a text where a number belongs.
 */
export function compileExpression(
  graph: OnnxGraphBuilder,
  expression: Expression,
  inputs: Record<string, TensorName>,
): TensorName {
  const value = compile({ graph, inputs }, expression);
  if (value.kind === 'text') throw invalid(expression, 'a number or a condition', 'a text');
  return value.perRow ? value.tensor : spread({ graph, inputs }, value);
}

/** Like `compileExpression`, with a condition's result as 1 or 0: always double. */
export function compileNumber(
  graph: OnnxGraphBuilder,
  expression: Expression,
  inputs: Record<string, TensorName>,
): TensorName {
  const value = asNumber({ graph, inputs }, expression, compile({ graph, inputs }, expression));
  return value.perRow ? value.tensor : spread({ graph, inputs }, value);
}

function compile(c: Compiler, expression: Expression): Value {
  switch (expression.op) {
    case 'column':
      return column(c, expression.name);
    case 'number':
      return constant(c, expression.value);
    case 'text':
      return {
        tensor: c.graph.constant('string', [expression.value], [1, 1]),
        kind: 'text',
        perRow: false,
        literal: expression.value,
      };
    case 'where':
      return where(c, expression);
    case 'secondOfDay':
    case 'isoWeekday':
    case 'month':
      throw calendarUnsupported(expression.op, expression.of);
    default:
      return 'of' in expression ? unary(c, expression) : binary(c, expression);
  }
}

function column({ graph, inputs }: Compiler, name: string): Value {
  if (!Object.hasOwn(inputs, name)) {
    const known = Object.keys(inputs).join(', ');
    throw new RelevoError('EXPRESSION_INVALID', `An expression reads "${name}", which is not an input`, {
      field: name,
      expected: known,
    });
  }
  const kind = graph.elementOf(inputs[name]) === 'string' ? 'text' : 'number';
  return { tensor: inputs[name], kind, perRow: true };
}

const constant = ({ graph }: Compiler, value: number): Value => ({
  tensor: graph.constant('double', [value], [1, 1]),
  kind: 'number',
  perRow: false,
  literal: value,
});

/** A result of one node whose inputs are the given values. */
const result = (c: Compiler, kind: Value['kind'], op: string, ...of: Value[]): Value => ({
  tensor: c.graph.node(
    op,
    of.map(({ tensor }) => tensor),
  )[0],
  kind,
  perRow: of.some(({ perRow }) => perRow),
});

const missing = (c: Compiler): Value => constant(c, Number.NaN);
/** `value`, or missing where it is infinite. */
const finite = (c: Compiler, value: Value): Value =>
  result(c, 'number', 'Where', result(c, 'truth', 'IsInf', value), missing(c), value);

function where(c: Compiler, expression: Expression & { op: 'where' }): Value {
  const condition = asTruth(expression.condition, compile(c, expression.condition));
  let whenTrue = compile(c, expression.whenTrue);
  let whenFalse = compile(c, expression.whenFalse);
  if (whenTrue.kind === 'truth' && whenFalse.kind === 'truth') {
    const otherwise = result(c, 'truth', 'Not', condition);
    const first = result(c, 'truth', 'And', condition, whenTrue);
    return result(c, 'truth', 'Or', first, result(c, 'truth', 'And', otherwise, whenFalse));
  }
  if (whenTrue.kind !== 'text' || whenFalse.kind !== 'text') {
    whenTrue = asNumber(c, expression.whenTrue, whenTrue);
    whenFalse = asNumber(c, expression.whenFalse, whenFalse);
  }
  return result(c, whenTrue.kind, 'Where', condition, whenTrue, whenFalse);
}

const unaryNodes: Record<
  Exclude<UnaryOperator, 'not' | 'isMissing'>,
  { node: string; mayOverflow?: true }
> = {
  negate: { node: 'Neg' },
  absolute: { node: 'Abs' },
  squareRoot: { node: 'Sqrt' },
  naturalLog: { node: 'Log', mayOverflow: true },
  exponential: { node: 'Exp', mayOverflow: true },
  sine: { node: 'Sin' },
  cosine: { node: 'Cos' },
  floor: { node: 'Floor' },
};

function unary(c: Compiler, expression: Expression & { op: UnaryOperator }): Value {
  const operand = compile(c, expression.of);
  if (expression.op === 'not') return result(c, 'truth', 'Not', asTruth(expression.of, operand));
  if (expression.op === 'isMissing') return isMissing(c, operand);
  const { node, mayOverflow } = unaryNodes[expression.op];
  const value = result(c, 'number', node, asNumber(c, expression.of, operand));
  return mayOverflow ? finite(c, value) : value;
}

function isMissing(c: Compiler, operand: Value): Value {
  if (operand.kind === 'number') return result(c, 'truth', 'IsNaN', operand);
  if (operand.kind === 'text') return result(c, 'truth', 'Equal', operand, emptyText(c));
  return { tensor: c.graph.cast(constant(c, 0).tensor, 'bool'), kind: 'truth', perRow: false };
}
const emptyText = (c: Compiler): Value => ({
  tensor: c.graph.constant('string', [''], [1, 1]),
  kind: 'text',
  perRow: false,
});

const binaryNodes: Record<Exclude<BinaryOperator, 'equals' | 'divide' | 'power'>, string> = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  minimum: 'Min',
  maximum: 'Max',
  lessThan: 'Less',
  atMost: 'LessOrEqual',
  greaterThan: 'Greater',
  atLeast: 'GreaterOrEqual',
  and: 'And',
  or: 'Or',
};
const comparisons: ReadonlySet<BinaryOperator> = new Set(['lessThan', 'atMost', 'greaterThan', 'atLeast']);

function binary(c: Compiler, expression: Expression & { op: BinaryOperator }): Value {
  const { op } = expression;
  let left = compile(c, expression.left);
  let right = compile(c, expression.right);
  if (op === 'and' || op === 'or') {
    return result(
      c,
      'truth',
      binaryNodes[op],
      asTruth(expression.left, left),
      asTruth(expression.right, right),
    );
  }
  if (op === 'equals' && left.kind === right.kind) return equals(c, left, right);
  left = asNumber(c, expression.left, left);
  right = asNumber(c, expression.right, right);
  if (op === 'equals') return equals(c, left, right);
  if (op === 'divide') return divide(c, left, right);
  if (op === 'power') return power(c, left, right);
  return result(c, comparisons.has(op) ? 'truth' : 'number', binaryNodes[op], left, right);
}

function equals(c: Compiler, left: Value, right: Value): Value {
  const same = result(c, 'truth', 'Equal', left, right);
  const cannotBothBeMissing = [left, right].some(
    ({ literal }) => typeof literal === 'string' && literal !== '',
  );
  if (left.kind !== 'text' || cannotBothBeMissing) return same;
  return result(c, 'truth', 'And', same, result(c, 'truth', 'Not', isMissing(c, left)));
}

/** Dividing by a literal of at least 1 cannot overflow, so it needs no guard. */
function divide(c: Compiler, left: Value, right: Value): Value {
  const quotient = result(c, 'number', 'Div', left, right);
  const isSafe = typeof right.literal === 'number' && Math.abs(right.literal) >= 1;
  return isSafe ? quotient : finite(c, quotient);
}

/** C's `pow(NaN, 0)` and `pow(1, NaN)` are 1; here a missing operand makes the result missing. */
function power(c: Compiler, base: Value, exponent: Value): Value {
  const value = finite(c, result(c, 'number', 'Pow', base, exponent));
  if (typeof exponent.literal === 'number' && exponent.literal !== 0) return value;
  const unknown = result(c, 'truth', 'Or', isMissing(c, base), isMissing(c, exponent));
  return result(c, 'number', 'Where', unknown, missing(c), value);
}

function asNumber(c: Compiler, expression: Expression, value: Value): Value {
  if (value.kind === 'text') throw invalid(expression, 'a number', 'a text');
  if (value.kind === 'number') return value;
  return { ...value, kind: 'number', tensor: c.graph.cast(value.tensor, 'double') };
}
function asTruth(expression: Expression, value: Value): Value {
  if (value.kind !== 'truth') throw invalid(expression, 'a condition', `a ${value.kind}`);
  return value;
}

/** Repeats a `[1, 1]` value over the rows of the first input. */
function spread({ graph, inputs }: Compiler, value: Value): TensorName {
  const [first] = Object.values(inputs);
  if (first === undefined)
    throw new RelevoError('EXPRESSION_INVALID', 'A constant needs at least one input to know the rows by');
  const [shape] = graph.node('Shape', [first]);
  const number = value.kind === 'truth' ? graph.cast(value.tensor, 'double') : value.tensor;
  const [rows] = graph.node('Expand', [number, shape]);
  return value.kind === 'truth' ? graph.cast(rows, 'bool') : rows;
}

function describe(expression: Expression): string {
  if (expression.op === 'column') return `the column "${expression.name}"`;
  if (expression.op === 'number' || expression.op === 'text') return showValue(expression.value);
  return `the result of "${expression.op}"`;
}

function invalid(expression: Expression, expected: string, found: string): RelevoError {
  return new RelevoError(
    'EXPRESSION_INVALID',
    `An expression needs ${expected}, but ${describe(expression)} is ${found}`,
    { field: expression.op === 'column' ? expression.name : expression.op, expected },
  );
}

function calendarUnsupported(op: string, of: Expression): RelevoError {
  const field = of.op === 'column' ? of.name : op;
  return new RelevoError(
    'EXPRESSION_INVALID',
    `"${op}" of ${describe(of)} can be used where data is cleaned, not in a model's features or base`,
    {
      field,
      value: op,
      expected: 'arithmetic, comparisons and logic over the inputs',
      remedy: 'Add the calendar part as a column of the source, or send it as an input.',
    },
  );
}
