import { z } from 'zod';

/**
 * Expressions are JSON: small formulas over the columns of one row. The same expression is compiled to
 * SQL where data is cleaned (`data/expressions`) and to ONNX nodes in double precision where a model is
 * built and served (`models/onnx`), so both sides compute the same number.
 *
 * A missing value is NaN in ONNX and NULL in SQL and makes every arithmetic result missing; a comparison
 * with a missing value is false; `isMissing` is the only way to see one. Division by zero, the root or the
 * logarithm of a negative number are missing, never an error or an infinity.
 */
export const unaryOperators = [
  'negate',
  'absolute',
  'squareRoot',
  'naturalLog',
  'exponential',
  'sine',
  'cosine',
  'floor',
  'not',
  'isMissing',
] as const;
export const binaryOperators = [
  'add',
  'subtract',
  'multiply',
  'divide',
  'minimum',
  'maximum',
  'power',
  'lessThan',
  'atMost',
  'greaterThan',
  'atLeast',
  'equals',
  'and',
  'or',
] as const;
/** Calendar parts of a timestamp column after `offsetSeconds` is added; data side only. ISO weekday: Monday is 1. */
export const calendarOperators = ['secondOfDay', 'isoWeekday', 'month'] as const;

export type UnaryOperator = (typeof unaryOperators)[number];
export type BinaryOperator = (typeof binaryOperators)[number];
export type CalendarOperator = (typeof calendarOperators)[number];

export type Expression =
  | { op: 'column'; name: string }
  | { op: 'number'; value: number }
  | { op: 'text'; value: string }
  | { op: 'code'; of: Expression; values: string[] }
  | { op: 'where'; condition: Expression; whenTrue: Expression; whenFalse: Expression }
  | { op: CalendarOperator; of: Expression; offsetSeconds: number }
  | { op: UnaryOperator; of: Expression }
  | { op: BinaryOperator; left: Expression; right: Expression };

export const expressionSchema: z.ZodType<Expression> = z.lazy(() =>
  z.union([
    z.strictObject({ op: z.literal('column'), name: z.string().min(1) }),
    z.strictObject({ op: z.literal('number'), value: z.number() }),
    z.strictObject({ op: z.literal('text'), value: z.string() }),
    z.strictObject({
      op: z.literal('code'),
      of: expressionSchema,
      values: z.array(z.string().min(1)).min(1),
    }),
    z.strictObject({
      op: z.literal('where'),
      condition: expressionSchema,
      whenTrue: expressionSchema,
      whenFalse: expressionSchema,
    }),
    z.strictObject({ op: z.enum(calendarOperators), of: expressionSchema, offsetSeconds: z.number() }),
    z.strictObject({ op: z.enum(unaryOperators), of: expressionSchema }),
    z.strictObject({ op: z.enum(binaryOperators), left: expressionSchema, right: expressionSchema }),
  ]),
);

type Operand = Formula | number;
const lift = (operand: Operand): Expression =>
  typeof operand === 'number' ? { op: 'number', value: operand } : operand.expression;

/** The builder that pipelines are written with: `col('q').times(col('pf')).dividedBy(…)`. Immutable. */
export class Formula {
  readonly expression: Expression;
  constructor(expression: Expression) {
    this.expression = expression;
  }
  private unary(op: UnaryOperator): Formula {
    return new Formula({ op, of: this.expression });
  }
  private binary(op: BinaryOperator, right: Operand): Formula {
    return new Formula({ op, left: this.expression, right: lift(right) });
  }
  private calendar(op: CalendarOperator, offsetSeconds: number): Formula {
    return new Formula({ op, of: this.expression, offsetSeconds });
  }
  plus(right: Operand): Formula {
    return this.binary('add', right);
  }
  minus(right: Operand): Formula {
    return this.binary('subtract', right);
  }
  times(right: Operand): Formula {
    return this.binary('multiply', right);
  }
  dividedBy(right: Operand): Formula {
    return this.binary('divide', right);
  }
  power(right: Operand): Formula {
    return this.binary('power', right);
  }
  atMostOf(right: Operand): Formula {
    return this.binary('minimum', right);
  }
  atLeastOf(right: Operand): Formula {
    return this.binary('maximum', right);
  }
  negated(): Formula {
    return this.unary('negate');
  }
  absolute(): Formula {
    return this.unary('absolute');
  }
  squareRoot(): Formula {
    return this.unary('squareRoot');
  }
  squared(): Formula {
    return this.times(this);
  }
  naturalLog(): Formula {
    return this.unary('naturalLog');
  }
  exponential(): Formula {
    return this.unary('exponential');
  }
  sine(): Formula {
    return this.unary('sine');
  }
  cosine(): Formula {
    return this.unary('cosine');
  }
  floor(): Formula {
    return this.unary('floor');
  }
  lessThan(right: Operand): Formula {
    return this.binary('lessThan', right);
  }
  atMost(right: Operand): Formula {
    return this.binary('atMost', right);
  }
  greaterThan(right: Operand): Formula {
    return this.binary('greaterThan', right);
  }
  atLeast(right: Operand): Formula {
    return this.binary('atLeast', right);
  }
  equals(right: Operand | string): Formula {
    return this.binary('equals', typeof right === 'string' ? text(right) : right);
  }
  and(right: Formula): Formula {
    return this.binary('and', right);
  }
  or(right: Formula): Formula {
    return this.binary('or', right);
  }
  not(): Formula {
    return this.unary('not');
  }
  isMissing(): Formula {
    return this.unary('isMissing');
  }
  /** This value, or `fallback` where this is missing. */
  orElse(fallback: Operand): Formula {
    return where(this.isMissing(), fallback, this);
  }
  secondOfDay(offsetSeconds = 0): Formula {
    return this.calendar('secondOfDay', offsetSeconds);
  }
  isoWeekday(offsetSeconds = 0): Formula {
    return this.calendar('isoWeekday', offsetSeconds);
  }
  month(offsetSeconds = 0): Formula {
    return this.calendar('month', offsetSeconds);
  }
  toJSON(): Expression {
    return this.expression;
  }
}

/** The row's own value; a column that the pipeline does not have is refused by `definePipeline`. */
export const col = (name: string): Formula => new Formula({ op: 'column', name });
/** A number to begin a formula with: `num(1).minus(col('pf'))`. As an operand a plain number will do. */
export const num = (value: number): Formula => new Formula({ op: 'number', value });
/** A text as a branch of `where`; `equals` takes plain texts. */
export const text = (value: string): Formula => new Formula({ op: 'text', value });
/** Place of a category's value among `values`, from 0; missing where it is none of them. */
export const code = (name: string, values: readonly string[]): Formula =>
  new Formula({ op: 'code', of: { op: 'column', name }, values: [...values] });
/** 1 or 0 for each value of a category, by `<name>=<value>`; all 0 where it is missing or unknown. */
export const flags = (name: string, values: readonly string[]): Record<string, Formula> =>
  Object.fromEntries(values.map((value) => [`${name}=${value}`, where(col(name).equals(value), 1, 0)]));
/** Sine and cosine of a quantity that starts over after `period`, as `<name>:sine` and `<name>:cosine`. */
export function cyclical(name: string, of: Formula, period: number): Record<string, Formula> {
  const angle = of.times((2 * Math.PI) / period);
  return { [`${name}:sine`]: angle.sine(), [`${name}:cosine`]: angle.cosine() };
}
/** Both branches are texts, or neither is. A comparison with a missing value is false, so that `not` of it is true. */
export const where = (condition: Formula, whenTrue: Operand, whenFalse: Operand): Formula =>
  new Formula({
    op: 'where',
    condition: condition.expression,
    whenTrue: lift(whenTrue),
    whenFalse: lift(whenFalse),
  });

/** The direct operands of an expression, left to right. */
export function operandsOf(expression: Expression): Expression[] {
  if ('left' in expression) return [expression.left, expression.right];
  if ('of' in expression) return [expression.of];
  if (expression.op === 'where') return [expression.condition, expression.whenTrue, expression.whenFalse];
  return [];
}

/** Names of the columns that an expression reads, each once, in order of first use. */
export function columnsOf(expression: Expression): string[] {
  const found = new Set<string>();
  const visit = (node: Expression): void => {
    if (node.op === 'column') found.add(node.name);
    for (const operand of operandsOf(node)) visit(operand);
  };
  visit(expression);
  return [...found];
}
