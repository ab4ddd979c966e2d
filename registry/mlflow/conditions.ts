import { type SQL, sql } from 'drizzle-orm';
import { invalid } from './errors.ts';
import type { Clause, Comparator } from './filter.ts';
import type { Order } from './order.ts';

/** An attribute that can be searched and sorted by. */
export interface Attribute {
  kind: 'text' | 'number';
  column: SQL;
}

const numeric: Partial<Record<Comparator, SQL>> = {
  '=': sql`=`,
  '!=': sql`<>`,
  '>': sql`>`,
  '>=': sql`>=`,
  '<': sql`<`,
  '<=': sql`<=`,
};

const wrongComparator = ({ entity, key, comparator }: Clause, expected: string) =>
  invalid(`Invalid comparator ${comparator} for ${entity} "${key}"`, 'filter', comparator, expected);

/** A condition on a number. @throws RelevoError REQUEST_INVALID where it is asked something that texts are asked. */
export function numberCondition(column: SQL, clause: Clause): SQL {
  const operator = numeric[clause.comparator];
  if (operator === undefined) throw wrongComparator(clause, Object.keys(numeric).join(' '));
  if (typeof clause.value !== 'number')
    throw invalid(`"${clause.key}" is compared with a number`, 'filter', clause.value, 'a number');
  return sql`${column} ${operator} ${clause.value}::double precision`;
}

/** A condition on a text, which is NULL where there is none: that meets only IS NULL. */
export function textCondition(column: SQL, clause: Clause): SQL {
  const { comparator, value } = clause;
  if (comparator === 'IS NULL') return sql`${column} is null`;
  if (comparator === 'IS NOT NULL') return sql`${column} is not null`;
  if (comparator === 'IN' || comparator === 'NOT IN') {
    const list = sql`${column} = any(${sql.param(value)}::text[])`;
    return comparator === 'IN' ? list : sql`not (${list})`;
  }
  if (typeof value !== 'string')
    throw invalid(`"${clause.key}" is compared with a quoted text`, 'filter', value, "such as 'a text'");
  if (comparator === '=') return sql`${column} = ${value}`;
  if (comparator === '!=') return sql`${column} <> ${value}`;
  // Without an escape character: a pattern that ends with one would fail.
  if (comparator === 'LIKE') return sql`${column} like ${value} escape ''`;
  if (comparator === 'ILIKE') return sql`${column} ilike ${value} escape ''`;
  throw wrongComparator(clause, '= != LIKE ILIKE IN NOT IN');
}

/** Which columns attributes are, by the names that clients use for them. */
export type Attributes = Record<string, Attribute>;

function attributeOf(attributes: Attributes, key: string, field: string): Attribute {
  if (Object.hasOwn(attributes, key)) return attributes[key];
  throw invalid(`Invalid attribute key "${key}"`, field, key, Object.keys(attributes).join(', '));
}

/**
 * The SQL of a clause about an attribute.
 * @throws RelevoError REQUEST_INVALID where there is no such attribute, or the value does not suit it.
 */
export function attributeCondition(attributes: Attributes, clause: Clause): SQL {
  const { kind, column } = attributeOf(attributes, clause.key, 'filter');
  return kind === 'number' ? numberCondition(column, clause) : textCondition(column, clause);
}

/** The column that an order by an attribute goes by. @throws RelevoError REQUEST_INVALID where there is none. */
export const attributeOrder = (attributes: Attributes, order: Order): SQL =>
  attributeOf(attributes, order.key, 'order_by').column;

/** What does not have a value comes last either way. */
export const ordered = (value: SQL, descending: boolean): SQL =>
  descending ? sql`${value} desc nulls last` : sql`${value} asc nulls last`;

/** A key of a jsonb column of texts. */
export const textAt = (column: SQL, key: string): SQL => sql`(${column} ->> ${key}::text)`;

/** REQUEST_INVALID, for a clause about what this search does not know, such as metrics of experiments. */
export const wrongEntity = (
  { entity, key }: { entity: string; key: string },
  field: string,
  expected: string,
) => invalid(`${entity} "${key}" cannot be searched here`, field, `${entity}.${key}`, expected);
