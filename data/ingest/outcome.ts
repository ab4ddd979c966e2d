import { halfUnit } from '../../contracts/columns.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { type DuckDb, numberLiteral, quoteText } from '../duckdb.ts';
import { bit, type IdentitySystem } from './identities.ts';
import { type Layout, type LayoutColumn, verdicts } from './layout.ts';

const slack = 1e-9;

/**
 * Turns the decisions on a chunk's suspects into tables:
 * - `good`: n, every cell, `train_only` (the target was repaired, or an input was computed from it);
 * - `bad`: n, rule, reason, `found` (columns of the cells that are known to be wrong);
 * - `mends`: n, column, new value as text (NULL where a wrong cell could only be emptied), rule.
 */
export async function settle(
  db: DuckDb,
  spec: PipelineSpec,
  layout: Layout,
  system: IdentitySystem,
): Promise<void> {
  await db.run(`CREATE OR REPLACE TEMP TABLE mended AS ${mendedSql(layout, system)}`);
  await db.run(`CREATE OR REPLACE TEMP TABLE bad AS ${badSql(layout, system)}`);
  const cells = layout.columns.map(({ cell }) => cell).join(', ');
  const leaks = layout.columns
    .filter(({ name }) => name === spec.target || system.readsFor(name).has(spec.target))
    .map((column) => isMended(system, column));
  await db.run(
    `CREATE OR REPLACE TEMP TABLE good AS
      SELECT n, ${cells}, false AS train_only FROM cells WHERE n NOT IN (SELECT n FROM suspects)
      UNION ALL SELECT n, ${cells}, ${leaks.join(' OR ')} FROM mended WHERE n NOT IN (SELECT n FROM bad)`,
  );
  await db.run(`CREATE OR REPLACE TEMP TABLE mends AS ${mendsSql(layout, system)}`);
}

/** Suspects for which one explanation was found, cells repaired where the others determine them. */
function mendedSql(layout: Layout, system: IdentitySystem): string {
  const cells = layout.columns.map((column) =>
    system.linked.includes(column) ? `${solvedSql(system, column)} AS ${column.cell}` : `o.${column.cell}`,
  );
  const marks = layout.columns.map(({ verdict }) => `o.${verdict}`);
  return (
    `SELECT o.n, c.s, coalesce(b.fails, 0) AS fails, ${cells.join(', ')}, ${marks.join(', ')} FROM chosen c ` +
    'JOIN suspects o ON o.n = c.n LEFT JOIN broken b ON b.n = c.n'
  );
}

function solvedSql(system: IdentitySystem, { name, column, cell, lo, hi }: LayoutColumn): string {
  if (column.kind === 'category') return `c.${cell}`;
  const within = narrowEnough(system, name, column);
  if (within === undefined) return `c.${cell}`;
  const middle = `(c.${lo} + c.${hi}) / 2`;
  const value =
    column.kind === 'number' && column.decimals !== undefined
      ? `round(${middle}, ${column.decimals})`
      : middle;
  return `coalesce(c.${cell}, CASE WHEN c.${hi} - c.${lo} <= ${numberLiteral(within + slack)} THEN ${value} END)`;
}

/** The widest interval that determines a cell: what its identities say, else one unit of its last place. */
function narrowEnough(
  system: IdentitySystem,
  name: string,
  column: LayoutColumn['column'],
): number | undefined {
  const found = system.identities.flatMap(({ determines }) => determines.filter((d) => d.column === name));
  if (found.length === 0) return undefined;
  const unit = column.kind === 'number' ? 2 * halfUnit(column) : 0;
  return Math.max(...found.map(({ within }) => within ?? unit));
}

const blamed = (system: IdentitySystem, column: LayoutColumn): string => {
  const k = system.linked.indexOf(column);
  return k < 0 ? 'false' : `s & ${bit(k)} <> 0`;
};
const isMended = (system: IdentitySystem, column: LayoutColumn): string =>
  `(${column.cell} IS NOT NULL AND (${column.verdict} <> 0 OR ${blamed(system, column)}))`;

/** Why a cell is not as it came: the identities that it broke, or what was wrong with its text. */
function causeSql(system: IdentitySystem, column: LayoutColumn): string {
  const names = system
    .touching(column.name)
    .map((j) => `CASE WHEN fails & ${bit(j)} <> 0 THEN ${quoteText(system.identities[j].name)} END`);
  const all = system.touching(column.name).map((j) => system.identities[j].name);
  const broken = names.length > 0 ? `nullif(concat_ws('+', ${names.join(', ')}), '')` : 'NULL';
  const identity = `'identity:' || coalesce(${broken}, ${quoteText(all.join('+'))})`;
  const { missing, unreadable } = verdicts;
  const rule = (kind: string) => quoteText(`${kind}:${column.name}`);
  return (
    `CASE WHEN ${blamed(system, column)} THEN ${identity} WHEN ${column.verdict} = ${missing} THEN ${rule('missing')} ` +
    `WHEN ${column.verdict} = ${unreadable} THEN ${rule('unreadable')} ELSE ${rule('range')} END`
  );
}

function badSql(layout: Layout, system: IdentitySystem): string {
  const lacking = layout.columns.filter(({ column }) => !column.optional);
  const rules = lacking.map((column) => `WHEN ${column.cell} IS NULL THEN ${causeSql(system, column)}`);
  const reasons = lacking.map(
    (column) =>
      `WHEN ${column.cell} IS NULL THEN ${quoteText(column.name)} || CASE WHEN ${blamed(system, column)} ` +
      `THEN ' contradicts the other cells' WHEN ${column.verdict} = ${verdicts.missing} THEN ' is missing' ` +
      `WHEN ${column.verdict} = ${verdicts.unreadable} THEN ' is unreadable' ELSE ' is out of range' END || ` +
      `', and the others do not determine it'`,
  );
  const anyLacking = lacking.map(({ cell }) => `${cell} IS NULL`).join(' OR ');
  const wrong = layout.columns.map(
    (column) =>
      `CASE WHEN ${column.verdict} > ${verdicts.missing} OR ${blamed(system, column)} THEN ${quoteText(column.name)} END`,
  );
  const unreadableOnly = layout.columns.map(
    ({ name, verdict }) => `CASE WHEN o.${verdict} > ${verdicts.missing} THEN ${quoteText(name)} END`,
  );
  const names = system.identities.map(
    (identity, j) => `CASE WHEN u.fails & ${bit(j)} <> 0 THEN ${quoteText(identity.name)} END`,
  );
  const broken = `concat_ws(', ', ${[...names, "''"].join(', ')})`;
  const undecided = `
    SELECT u.n, CASE WHEN u.ambiguous THEN 'ambiguous' ELSE 'contradiction' END AS rule,
      CASE WHEN u.ambiguous THEN 'The row contradicts itself (' || ${broken} || '); wrong may be ' || u.options
        ELSE 'The row contradicts itself (' || ${broken} || ') in more cells than can be told apart' END AS reason,
      ${listOf(unreadableOnly)} AS found FROM undecided u JOIN suspects o ON o.n = u.n`;
  if (lacking.length === 0) return undecided;
  return (
    `${undecided} UNION ALL SELECT n, CASE ${rules.join(' ')} END, CASE ${reasons.join(' ')} END, ${listOf(wrong)} ` +
    `FROM mended WHERE ${anyLacking}`
  );
}

const listOf = (cells: string[]): string => `list_filter([${cells.join(', ')}], lambda x: x IS NOT NULL)`;

function mendsSql(layout: Layout, system: IdentitySystem): string {
  const columns = layout.columns.map((column) => {
    const wrong = `${column.verdict} > ${verdicts.missing} OR ${blamed(system, column)}`;
    return (
      `SELECT n, ${quoteText(column.name)} AS "column", ${textSql(column)} AS new_value, ${causeSql(system, column)} AS rule ` +
      `FROM mended WHERE ${isMended(system, column)} OR ((${wrong}) AND ${column.cell} IS NULL)`
    );
  });
  return columns.join(' UNION ALL ');
}

const textSql = ({ column, cell }: LayoutColumn): string =>
  column.kind === 'timestamp'
    ? `strftime(make_timestamp(CAST(${cell} * 1000000 AS BIGINT)), '%Y-%m-%dT%H:%M:%S')`
    : `${cell}::VARCHAR`;
