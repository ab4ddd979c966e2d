import { RelevoError } from '../../contracts/errors.ts';
import { type Expression, operandsOf } from '../../contracts/expression.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';

export type ValueType = 'number' | 'text' | 'boolean' | 'timestamp';
/** What each column holds, by name. */
export type ColumnTypes = Record<string, ValueType>;

/** Types of the columns that a pipeline reads. */
export function columnTypes(spec: Pick<PipelineSpec, 'columns'>): ColumnTypes {
  const types: ColumnTypes = {};
  for (const [name, column] of Object.entries(spec.columns)) {
    if (column.kind === 'ignored') continue;
    types[name] = column.kind === 'category' ? 'text' : column.kind;
  }
  return types;
}

const calendar = new Set(['secondOfDay', 'isoWeekday', 'month']);
const comparisons = new Set(['lessThan', 'atMost', 'greaterThan', 'atLeast']);

/** @throws RelevoError EXPRESSION_INVALID naming the operator and what it was given. */
export function typeOf(expression: Expression, columns: ColumnTypes): ValueType {
  const { op } = expression;
  const demand = (operand: Expression, expected: ValueType): void => {
    const actual = typeOf(operand, columns);
    if (actual !== expected) throw invalid(op, actual, expected);
  };
  if (op === 'column') return columns[expression.name] ?? unknownColumn(expression.name, columns);
  if (op === 'number') return 'number';
  if (op === 'text') return 'text';
  if (op === 'where') {
    demand(expression.condition, 'boolean');
    const type = typeOf(expression.whenTrue, columns);
    demand(expression.whenFalse, type);
    return type;
  }
  if (op === 'equals') {
    demand(expression.right, typeOf(expression.left, columns));
    return 'boolean';
  }
  if (op === 'code') {
    demand(expression.of, 'text');
    return 'number';
  }
  if (op === 'isMissing') {
    typeOf(expression.of, columns);
    return 'boolean';
  }
  const logical = op === 'and' || op === 'or' || op === 'not';
  const operandType = logical ? 'boolean' : calendar.has(op) ? 'timestamp' : 'number';
  for (const operand of operandsOf(expression)) demand(operand, operandType);
  return logical || comparisons.has(op) ? 'boolean' : 'number';
}

function unknownColumn(name: string, columns: ColumnTypes): never {
  const expected = Object.keys(columns).join(', ');
  throw new RelevoError(
    'EXPRESSION_INVALID',
    `An expression reads the column "${name}", which is not there`,
    {
      field: name,
      expected,
    },
  );
}

function invalid(op: string, actual: ValueType, expected: ValueType): RelevoError {
  return new RelevoError('EXPRESSION_INVALID', `"${op}" needs a ${expected}, got a ${actual}`, {
    field: op,
    value: actual,
    expected,
  });
}
