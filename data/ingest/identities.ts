import { halfUnit } from '../../contracts/columns.ts';
import { RelevoError } from '../../contracts/errors.ts';
import { columnsOf } from '../../contracts/expression.ts';
import type { Identity, PipelineSpec } from '../../contracts/pipeline.ts';
import { numberLiteral } from '../duckdb.ts';
import { type IntervalColumns, IntervalPlan, type IntervalResult } from '../expressions/interval.ts';
import { expressionSql } from '../expressions/sql.ts';
import { columnTypes } from '../expressions/types.ts';
import { type Layout, type LayoutColumn, layoutColumn } from './layout.ts';

/** Bounds are doubles: two intervals that touch may miss each other by their last digits. */
const touch = 1e-9;

/** The identities of a pipeline over one layout, as SQL. */
export interface IdentitySystem {
  identities: Identity[];
  /** Columns that some identity reads or determines. */
  linked: LayoutColumn[];
  /** Index of the identities that a column takes part in. */
  touching(name: string): number[];
  /** Columns that a column's repair reads. */
  readsFor(name: string): Set<string>;
  newPlan(): IntervalPlan;
  /** Whether an identity is judged for a row, as a condition over cells. */
  judged(identity: Identity): string;
}

/** Bits of a BIGINT that stay exact numbers: cells and identities of a case are told apart by them. */
const mostBits = 52;

/** @throws RelevoError PIPELINE_INVALID where identities or the columns that they link are too many. */
export function identitySystem(spec: PipelineSpec, layout: Layout): IdentitySystem {
  const types = columnTypes(spec);
  const cells = Object.fromEntries(layout.columns.map(({ name, cell }) => [name, cell]));
  const intervals: IntervalColumns = Object.fromEntries(
    layout.columns.map(({ name, cell, lo, hi }) => [name, { value: cell, lo, hi }]),
  );
  const members = spec.identities.map(membersOf);
  const linked = layout.columns.filter(({ name }) => members.some((names) => names.has(name)));
  if (Math.max(members.length, linked.length) > mostBits) throw tooMany(members.length, linked.length);
  return {
    identities: spec.identities,
    linked,
    touching: (name) => [...members.keys()].filter((j) => members[j].has(name)),
    readsFor: (name) =>
      new Set(
        spec.identities.flatMap(({ determines }) =>
          determines.filter(({ column }) => column === name).flatMap(({ from }) => columnsOf(from)),
        ),
      ),
    newPlan: () => new IntervalPlan(intervals, types),
    judged: ({ when }) => (when ? expressionSql(when, cells, types) : 'true'),
  };
}

/** The bit that stands for a linked cell or an identity, as SQL. */
export const bit = (k: number): string => `${2n ** BigInt(k)}::BIGINT`;

const tooMany = (identities: number, columns: number): RelevoError =>
  new RelevoError('PIPELINE_INVALID', `${identities} identities over ${columns} columns are too many`, {
    field: 'identities',
    expected: `at most ${mostBits} of each`,
  });

const membersOf = (identity: Identity): Set<string> =>
  new Set(identity.determines.flatMap(({ column, from }) => [column, ...columnsOf(from)]));

/** Bounds of known cells: the reading ± half a unit of its last place, within the column's range; NULL where missing. */
export function boundsSql(columns: LayoutColumn[]): string[] {
  return columns.flatMap(({ column, cell, lo, hi }) => {
    if (column.kind === 'category') return [];
    if (column.kind === 'timestamp') return [`${cell} AS ${lo}`, `${cell} AS ${hi}`];
    const half = numberLiteral(halfUnit(column));
    const clip = (value: string, limit: number | undefined, pick: string): string =>
      limit === undefined
        ? value
        : `CASE WHEN ${cell} IS NOT NULL THEN ${pick}(${value}, ${numberLiteral(limit)}) END`;
    return [
      `${clip(`${cell} - ${half}`, column.min, 'greatest')} AS ${lo}`,
      `${clip(`${cell} + ${half}`, column.max, 'least')} AS ${hi}`,
    ];
  });
}

/** What a cell may be before anything is known about it. */
export function domainOf({ column }: LayoutColumn): { lo: number; hi: number } {
  const [lo, hi] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return column.kind === 'number' ? { lo: column.min ?? lo, hi: column.max ?? hi } : { lo, hi };
}

/**
 * `from` (cells and bounds) with a column `ok<j>` for each identity: true where its first determination meets its
 * column's cell, false where they exclude each other, NULL where it is not judged.
 */
export function checkSql(system: IdentitySystem, layout: Layout, from: string, only?: number[]): string {
  const plan = system.newPlan();
  const checks = (only ?? [...system.identities.keys()]).map((j) => {
    const identity = system.identities[j];
    const [first] = identity.determines;
    const holds = meets(layoutColumn(layout, first.column), plan.add(first.from));
    return `CASE WHEN ${system.judged(identity)} THEN ${holds} END AS ok${j}`;
  });
  return `(SELECT *, ${[...checks, 'true AS checked'].join(', ')} FROM ${plan.wrap(from)})`;
}

function meets({ cell, lo, hi }: LayoutColumn, determined: IntervalResult): string {
  if ('value' in determined) return `(${determined.value} = ${cell})`;
  return `(${determined.lo} <= ${hi} + ${touch} AND ${lo} <= ${determined.hi} + ${touch})`;
}
