import type { BinaryOperator, Expression, UnaryOperator } from '../../contracts/expression.ts';
import { numberLiteral, quoteText } from '../duckdb.ts';
import { type ColumnTypes, typeOf } from './types.ts';

/** The SQL that reads each column, by name. Timestamps are epoch seconds (DOUBLE). */
export type ColumnSql = Record<string, string>;

const missingUnless = (condition: string, value: string): string =>
  `CASE WHEN ${condition} THEN ${value} END`;
/** Overflow counts as missing, as every other result that is not a finite number. */
const finite = (value: string): string => `nullif(nullif(${value}, 'infinity'::DOUBLE), '-infinity'::DOUBLE)`;

const unary: Record<UnaryOperator, (x: string) => string> = {
  negate: (x) => `(-${x})`,
  absolute: (x) => `abs(${x})`,
  squareRoot: (x) => missingUnless(`${x} >= 0`, `sqrt(${x})`),
  naturalLog: (x) => missingUnless(`${x} > 0`, `ln(${x})`),
  exponential: (x) => finite(`exp(${x})`),
  sine: (x) => `sin(${x})`,
  cosine: (x) => `cos(${x})`,
  floor: (x) => `floor(${x})`,
  not: (x) => `(NOT ${x})`,
  isMissing: (x) => `(${x} IS NULL)`,
};

const compare = (operator: string) => (l: string, r: string) => `coalesce(${l} ${operator} ${r}, false)`;
/** DuckDB's least and greatest skip NULL; here a missing operand makes the result missing. */
const both = (l: string, r: string, value: string): string =>
  missingUnless(`${l} IS NOT NULL AND ${r} IS NOT NULL`, value);
const binary: Record<BinaryOperator, (l: string, r: string) => string> = {
  add: (l, r) => `(${l} + ${r})`,
  subtract: (l, r) => `(${l} - ${r})`,
  multiply: (l, r) => `(${l} * ${r})`,
  divide: (l, r) => `(${l} / nullif(${r}, 0))`,
  minimum: (l, r) => both(l, r, `least(${l}, ${r})`),
  maximum: (l, r) => both(l, r, `greatest(${l}, ${r})`),
  power: (l, r) => nanIsMissing(finite(`pow(${l}, ${r})`)),
  lessThan: compare('<'),
  atMost: compare('<='),
  greaterThan: compare('>'),
  atLeast: compare('>='),
  equals: compare('='),
  and: (l, r) => `(${l} AND ${r})`,
  or: (l, r) => `(${l} OR ${r})`,
};
const nanIsMissing = (value: string): string => `nullif(${value}, 'nan'::DOUBLE)`;

const secondsPerDay = 86_400;
/** Calendar parts of an SQL expression in epoch seconds. */
export const calendarSql = {
  secondOfDay: (t: string) => `(${t} - ${secondsPerDay} * floor(${t} / ${secondsPerDay}))`,
  // 1 January 1970 was a Thursday, ISO weekday 4.
  isoWeekday: (t: string) =>
    `(((CAST(floor(${t} / ${secondsPerDay}) AS BIGINT) + 3) % 7 + 7) % 7 + 1)::DOUBLE`,
  month: (t: string) => `month(make_timestamp(CAST(${t} * 1000000 AS BIGINT)))::DOUBLE`,
};

/** Place of a text among values; NULL where it is none of them. */
export const codeSql = (text: string, values: string[]): string =>
  `CASE ${text} ${values.map((value, place) => `WHEN ${quoteText(value)} THEN ${place}::DOUBLE`).join(' ')} END`;

/**
 * SQL of an expression over one row, with the meaning that `contracts/expression.ts` gives it: missing is NULL,
 * conditions are never NULL.
 * @throws RelevoError EXPRESSION_INVALID
 */
export function expressionSql(expression: Expression, columns: ColumnSql, types: ColumnTypes): string {
  typeOf(expression, types);
  return build(expression, columns);
}

function build(expression: Expression, columns: ColumnSql): string {
  switch (expression.op) {
    case 'column':
      return columns[expression.name];
    case 'number':
      return numberLiteral(expression.value);
    case 'text':
      return quoteText(expression.value);
    case 'where': {
      const [condition, whenTrue, whenFalse] = [
        expression.condition,
        expression.whenTrue,
        expression.whenFalse,
      ].map((operand) => build(operand, columns));
      return `CASE WHEN ${condition} THEN ${whenTrue} ELSE ${whenFalse} END`;
    }
    case 'code':
      return codeSql(build(expression.of, columns), expression.values);
    case 'secondOfDay':
    case 'isoWeekday':
    case 'month':
      return calendarSql[expression.op](
        `(${build(expression.of, columns)} + ${numberLiteral(expression.offsetSeconds)})`,
      );
    default:
      return 'left' in expression
        ? binary[expression.op](build(expression.left, columns), build(expression.right, columns))
        : unary[expression.op](build(expression.of, columns));
  }
}
