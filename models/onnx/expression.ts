import { RelevoError } from '../../contracts/errors.ts';
import type { BinaryOperator, Expression, UnaryOperator } from '../../contracts/expression.ts';
import type { TensorName } from '../../contracts/onnx.ts';
import type { OnnxGraphBuilder } from './graph.ts';
import { addRounded } from './rows.ts';
import {
  asNumber,
  asTruth,
  type Compiler,
  describe,
  invalid,
  mayOverflow,
  nodeValue,
  numberConstant,
  perRow,
  settled,
  textConstant,
  type Value,
} from './value.ts';

/**
 * Adds the nodes of an expression, in double precision, with the missing-value rules of `contracts/expression.ts`.
 * A truth used as a number is 1 or 0. A result that overflows is missing too.
 * @param inputs the tensor of each column, `[N, 1]`, double or string.
 * @returns a tensor `[N, 1]`: bool for comparisons and logic, double otherwise.
 * @throws RelevoError EXPRESSION_INVALID for an unknown column, a calendar part, or a text where a number belongs.
 */
export function compileExpression(
  graph: OnnxGraphBuilder,
  expression: Expression,
  inputs: Record<string, TensorName>,
): TensorName {
  const c = { graph, inputs };
  const value = compileValue(c, expression);
  if (value.kind === 'text') throw invalid(expression, 'a number or a condition', 'a text');
  return perRow(c, settled(c, value));
}

/** Like `compileExpression`, with a condition's result as 1 or 0: always double. */
export function compileNumber(
  graph: OnnxGraphBuilder,
  expression: Expression,
  inputs: Record<string, TensorName>,
): TensorName {
  const c = { graph, inputs };
  return perRow(c, settled(c, asNumber(c, expression, compileValue(c, expression))));
}

/** The value of an expression before it is anybody's result: infinities may stand for missing ones in it. */
export function compileValue(c: Compiler, expression: Expression): Value {
  switch (expression.op) {
    case 'column':
      return column(c, expression.name);
    case 'number':
      return numberConstant(c, expression.value);
    case 'text':
      return textConstant(c, expression.value);
    case 'where':
      return where(c, expression);
    case 'code':
      return code(c, expression);
    case 'secondOfDay':
    case 'isoWeekday':
    case 'month':
      throw calendarUnsupported(expression.op, expression.of);
    default:
      return 'of' in expression ? unary(c, expression) : binary(c, expression);
  }
}

function column({ graph, inputs }: Compiler, name: string): Value {
  if (!Object.hasOwn(inputs, name))
    throw new RelevoError('EXPRESSION_INVALID', `An expression reads "${name}", which is not an input`, {
      field: name,
      expected: Object.keys(inputs).join(', '),
    });
  const kind = graph.elementOf(inputs[name]) === 'string' ? 'text' : 'number';
  return { tensor: inputs[name], kind, perRow: true, mayBeInfinite: false };
}

function where(c: Compiler, expression: Expression & { op: 'where' }): Value {
  const condition = asTruth(expression.condition, compileValue(c, expression.condition));
  let whenTrue = compileValue(c, expression.whenTrue);
  let whenFalse = compileValue(c, expression.whenFalse);
  if (whenTrue.kind === 'truth' && whenFalse.kind === 'truth') {
    const otherwise = nodeValue(c, 'truth', 'Not', condition);
    const first = nodeValue(c, 'truth', 'And', condition, whenTrue);
    return nodeValue(c, 'truth', 'Or', first, nodeValue(c, 'truth', 'And', otherwise, whenFalse));
  }
  if (whenTrue.kind !== 'text' || whenFalse.kind !== 'text') {
    whenTrue = asNumber(c, expression.whenTrue, whenTrue);
    whenFalse = asNumber(c, expression.whenFalse, whenFalse);
  }
  if (whenTrue.literal === 1 && whenFalse.literal === 0) return asNumber(c, expression, condition);
  if (asksWhetherMissing(c, expression.condition, whenFalse)) whenFalse = settled(c, whenFalse);
  return nodeValue(c, whenTrue.kind, 'Where', condition, whenTrue, whenFalse);
}

/** Then the value without its infinities is in the graph already, and what it is chosen into has none to look for. */
const asksWhetherMissing = (c: Compiler, condition: Expression, { tensor, kind }: Value): boolean =>
  kind === 'number' && condition.op === 'isMissing' && compileValue(c, condition.of).tensor === tensor;

/** NaN, the default, is for a missing value and for one that is not listed; a value that is listed twice keeps its first place. */
function code(c: Compiler, { of, values }: Expression & { op: 'code' }): Value {
  const operand = compileValue(c, of);
  if (operand.kind !== 'text') throw invalid(of, 'a text', `a ${operand.kind}`);
  const unique = [...new Set(values)];
  const places = unique.map((value) => values.indexOf(value));
  const [tensor] = c.graph.node(
    'LabelEncoder',
    [operand.tensor],
    {
      keys_strings: { strings: unique },
      values_tensor: { doubles: places, shape: [places.length] },
      default_tensor: { doubles: [Number.NaN], shape: [1] },
    },
    { domain: 'ai.onnx.ml' },
  );
  return { tensor, kind: 'number', perRow: operand.perRow, mayBeInfinite: false };
}

function unary(c: Compiler, expression: Expression & { op: UnaryOperator }): Value {
  const operand = compileValue(c, expression.of);
  if (expression.op === 'not') return nodeValue(c, 'truth', 'Not', asTruth(expression.of, operand));
  if (expression.op === 'isMissing') return isMissing(c, operand);
  return numericUnary[expression.op](c, asNumber(c, expression.of, operand));
}

const keepingInfinity = (op: string) => (c: Compiler, x: Value) => nodeValue(c, 'number', op, x);
const rounded = (op: string) => (c: Compiler, x: Value) => ({
  ...x,
  tensor: addRounded(c.graph, op, x.tensor),
  literal: undefined,
});
/** e^−∞ would be 0, not missing. */
const settling = (op: string) => (c: Compiler, x: Value) => rounded(op)(c, settled(c, x));

const numericUnary: Record<Exclude<UnaryOperator, 'not' | 'isMissing'>, (c: Compiler, x: Value) => Value> = {
  negate: keepingInfinity('Neg'),
  absolute: keepingInfinity('Abs'),
  squareRoot: keepingInfinity('Sqrt'),
  floor: keepingInfinity('Floor'),
  naturalLog: (c, x) => mayOverflow(rounded('Log')(c, x)),
  exponential: (c, x) => mayOverflow(settling('Exp')(c, x)),
  sine: settling('Sin'),
  cosine: settling('Cos'),
};

function isMissing(c: Compiler, operand: Value): Value {
  if (operand.kind === 'number') return nodeValue(c, 'truth', 'IsNaN', settled(c, operand));
  if (operand.kind === 'text') return nodeValue(c, 'truth', 'Equal', operand, textConstant(c, ''));
  const never = c.graph.cast(numberConstant(c, 0).tensor, 'bool');
  return { tensor: never, kind: 'truth', perRow: false, mayBeInfinite: false };
}

function binary(c: Compiler, expression: Expression & { op: BinaryOperator }): Value {
  const { op } = expression;
  const left = compileValue(c, expression.left);
  const right = compileValue(c, expression.right);
  if (op === 'and' || op === 'or') {
    const node = op === 'and' ? 'And' : 'Or';
    return nodeValue(c, 'truth', node, asTruth(expression.left, left), asTruth(expression.right, right));
  }
  if (op === 'equals' && left.kind === right.kind) return equals(c, left, right);
  const numbers = [asNumber(c, expression.left, left), asNumber(c, expression.right, right)] as const;
  return numericBinary[op](c, ...numbers);
}

/** Sums and products carry an infinity on or make it NaN: missing either way. */
const carrying = (op: string) => (c: Compiler, a: Value, b: Value) =>
  mayOverflow(nodeValue(c, 'number', op, a, b));
const choosing = (op: string) => (c: Compiler, a: Value, b: Value) =>
  nodeValue(c, 'number', op, settled(c, a), settled(c, b));
const comparing = (op: string) => (c: Compiler, a: Value, b: Value) =>
  nodeValue(c, 'truth', op, settled(c, a), settled(c, b));

const numericBinary: Record<
  Exclude<BinaryOperator, 'and' | 'or'>,
  (c: Compiler, a: Value, b: Value) => Value
> = {
  add: carrying('Add'),
  subtract: carrying('Sub'),
  multiply: carrying('Mul'),
  divide,
  power,
  minimum: choosing('Min'),
  maximum: choosing('Max'),
  lessThan: comparing('Less'),
  atMost: comparing('LessOrEqual'),
  greaterThan: comparing('Greater'),
  atLeast: comparing('GreaterOrEqual'),
  equals,
};

function equals(c: Compiler, left: Value, right: Value): Value {
  const same = nodeValue(c, 'truth', 'Equal', settled(c, left), settled(c, right));
  const cannotBothBeMissing = [left, right].some(
    ({ literal }) => typeof literal === 'string' && literal !== '',
  );
  if (left.kind !== 'text' || cannotBothBeMissing) return same;
  return nodeValue(c, 'truth', 'And', same, nodeValue(c, 'truth', 'Not', isMissing(c, left)));
}

/** Dividing by a literal of at least 1 cannot overflow. */
function divide(c: Compiler, left: Value, right: Value): Value {
  const quotient = nodeValue(c, 'number', 'Div', left, settled(c, right));
  const isSafe = typeof right.literal === 'number' && Math.abs(right.literal) >= 1;
  return isSafe ? quotient : mayOverflow(quotient);
}

/** C's `pow(NaN, 0)` and `pow(1, NaN)` are 1; here a missing operand makes the result missing. A square carries one on. */
function power(c: Compiler, base: Value, exponent: Value): Value {
  if (exponent.literal === 2) return carrying('Mul')(c, base, base);
  const [x, y] = [settled(c, base), settled(c, exponent)];
  const value = mayOverflow(nodeValue(c, 'number', 'Pow', x, y));
  if (typeof exponent.literal === 'number' && exponent.literal !== 0) return value;
  const unknown = nodeValue(c, 'truth', 'Or', isMissing(c, x), isMissing(c, y));
  return nodeValue(c, 'number', 'Where', unknown, numberConstant(c, Number.NaN), value);
}

function calendarUnsupported(op: string, of: Expression): RelevoError {
  return new RelevoError(
    'EXPRESSION_INVALID',
    `"${op}" of ${describe(of)} can be used where data is cleaned, not in a model's features or base`,
    {
      field: of.op === 'column' ? of.name : op,
      value: op,
      expected: 'arithmetic, comparisons and logic over the inputs',
      remedy: 'Add the calendar part as a column of the source, or send it as an input.',
    },
  );
}
