import type { Expression } from '../../contracts/expression.ts';
import { numberLiteral, quoteText } from '../duckdb.ts';
import * as op from './interval-operators.ts';
import { type ColumnTypes, typeOf } from './types.ts';

/**
 * Where a column's cell is found in SQL. A number or timestamp lies in [lo, hi]; a text is known or NULL; `value`
 * is the cell itself, NULL where missing.
 */
export interface IntervalCell {
  value: string;
  lo: string;
  hi: string;
}
export type IntervalColumns = Record<string, IntervalCell>;

/** SQL names of an expression's result: bounds of a number, or one value (text; boolean, NULL where unknown). */
export type IntervalResult = { lo: string; hi: string } | { value: string };

type Bounds = { lo: string; hi: string };

/**
 * Expressions as interval arithmetic in SQL (Moore 1966): a result's interval holds every value the expression takes
 * when each column takes any value of its own interval. Bounds may be infinite; where the expression is defined for
 * no value they are NULL. Equal subexpressions are computed once, in nested subqueries one level deep each, so that
 * the SQL grows with the expression and not with its power.
 */
export class IntervalPlan {
  private readonly levels: string[][] = [];
  private readonly done = new Map<string, { result: IntervalResult; level: number }>();
  private readonly columns: IntervalColumns;
  private readonly types: ColumnTypes;

  constructor(columns: IntervalColumns, types: ColumnTypes) {
    this.columns = columns;
    this.types = types;
  }

  /** @throws RelevoError EXPRESSION_INVALID */
  add(expression: Expression): IntervalResult {
    typeOf(expression, this.types);
    return this.visit(expression).result;
  }

  addBounds(expression: Expression): Bounds {
    const result = this.add(expression);
    if ('lo' in result) return result;
    throw new TypeError('the expression is not a number');
  }

  /** `from` with every result of the plan as further columns. */
  wrap(from: string): string {
    return this.levels.reduce((inner, level) => `(SELECT *, ${level.join(', ')} FROM ${inner})`, from);
  }

  private visit(expression: Expression): { result: IntervalResult; level: number } {
    const key = JSON.stringify(expression);
    const known = this.done.get(key);
    if (known) return known;
    const made = this.build(expression);
    this.done.set(key, made);
    return made;
  }

  private build(expression: Expression): { result: IntervalResult; level: number } {
    switch (expression.op) {
      case 'column':
        return { result: this.columnResult(expression.name), level: 0 };
      case 'number': {
        const literal = numberLiteral(expression.value);
        return { result: { lo: literal, hi: literal }, level: 0 };
      }
      case 'text':
        return { result: { value: quoteText(expression.value) }, level: 0 };
      case 'where': {
        const parts = [expression.condition, expression.whenTrue, expression.whenFalse].map((part) =>
          this.visit(part),
        );
        const [condition, whenTrue, whenFalse] = parts.map((part) => part.result);
        return this.store(op.choose(conditionOf(condition), whenTrue, whenFalse), parts);
      }
      case 'code': {
        const of = this.visit(expression.of);
        return this.store(op.code(conditionOf(of.result), expression.values), [of]);
      }
      case 'secondOfDay':
      case 'isoWeekday':
      case 'month': {
        const of = this.visit(expression.of);
        const offset = numberLiteral(expression.offsetSeconds);
        return this.store(op.calendar[expression.op](boundsOf(of.result), offset), [of]);
      }
      case 'isMissing':
        return this.missing(expression.of);
      case 'power':
        return this.power(expression.left, expression.right);
      case 'equals': {
        const [left, right] = [this.visit(expression.left), this.visit(expression.right)];
        return this.store(op.equals(left.result, right.result), [left, right]);
      }
      case 'and':
      case 'or': {
        const [left, right] = [this.visit(expression.left), this.visit(expression.right)];
        const word = expression.op.toUpperCase();
        return this.store({ value: `(${conditionOf(left.result)} ${word} ${conditionOf(right.result)})` }, [
          left,
          right,
        ]);
      }
      case 'not': {
        const of = this.visit(expression.of);
        return this.store({ value: `(NOT ${conditionOf(of.result)})` }, [of]);
      }
      case 'divide': {
        const [left, right] = [this.visit(expression.left), this.visit(expression.right)];
        const inverse = this.store(op.reciprocal(boundsOf(right.result)), [right]);
        return this.store(op.multiply(boundsOf(left.result), boundsOf(inverse.result)), [left, inverse]);
      }
      default:
        if ('left' in expression) {
          const [left, right] = [this.visit(expression.left), this.visit(expression.right)];
          return this.store(op.binary[expression.op](boundsOf(left.result), boundsOf(right.result)), [
            left,
            right,
          ]);
        }
        return this.unary(expression.op, expression.of);
    }
  }

  private unary(name: op.UnaryIntervalOperator, operand: Expression) {
    const of = this.visit(operand);
    return this.store(op.unary[name](boundsOf(of.result)), [of]);
  }

  private power(left: Expression, right: Expression) {
    const base = this.visit(left);
    if (right.op === 'number' && Number.isInteger(right.value))
      return this.store(op.integerPower(boundsOf(base.result), right.value), [base]);
    const exponent = this.visit(right);
    return this.store(op.realPower(boundsOf(base.result), boundsOf(exponent.result)), [base, exponent]);
  }

  private missing(of: Expression) {
    const inner = this.visit(of);
    const seen = of.op === 'column' ? this.columns[of.name].value : anyOf(inner.result);
    return this.store({ value: `(${seen} IS NULL)` }, [inner]);
  }

  private columnResult(name: string): IntervalResult {
    const { value, lo, hi } = this.columns[name];
    return this.types[name] === 'text' ? { value } : { lo, hi };
  }

  /** Gives a result columns of its own, one level above its operands. */
  private store(result: IntervalResult, operands: { level: number }[]) {
    const level = Math.max(...operands.map((operand) => operand.level));
    this.levels[level] ??= [];
    const named: Record<string, string> = {};
    for (const [key, sql] of Object.entries(result)) {
      named[key] = `_e${this.done.size}_${level}_${this.levels[level].length}`;
      this.levels[level].push(`${sql} AS ${named[key]}`);
    }
    return { result: named as IntervalResult, level: level + 1 };
  }
}

const boundsOf = (result: IntervalResult): Bounds => {
  if ('lo' in result) return result;
  throw new TypeError('a number was expected');
};
const conditionOf = (result: IntervalResult): string => {
  if ('value' in result) return result.value;
  throw new TypeError('a text or condition was expected');
};
const anyOf = (result: IntervalResult): string => ('value' in result ? result.value : result.lo);
