import type { Expectation } from '../../contracts/pipeline.ts';
import { type DuckDb, pathList, quoteName } from '../duckdb.ts';
import { type Layout, type LayoutColumn, layoutColumn } from '../ingest/layout.ts';
import type { Test } from './kinds.ts';

/** SELECT list of an empty table with the columns' cells. */
export const keysOf = (columns: LayoutColumn[]): string =>
  columns
    .map(({ column, cell }) => `NULL::${column.kind === 'category' ? 'VARCHAR' : 'DOUBLE'} AS ${cell}`)
    .join(', ');

/** SELECT list that reads the columns' cells from parts. */
export const knownCells = (columns: LayoutColumn[]): string =>
  columns
    .map(({ column, name, cell }) =>
      column.kind === 'timestamp' ? `epoch(${quoteName(name)}) AS ${cell}` : `${quoteName(name)} AS ${cell}`,
    )
    .join(', ');

/** Gathers the cells of all good rows, those of earlier batches included, in the table `name`. */
function gather(db: DuckDb, columns: LayoutColumn[], knownParts: string[], name: string): Test {
  const cells = columns.map(({ cell }) => cell).join(', ');
  return {
    last: true,
    prepare: () =>
      db.run(
        knownParts.length > 0
          ? `CREATE TABLE ${name} AS SELECT ${knownCells(columns)} FROM read_parquet(${pathList(knownParts)})`
          : `CREATE TABLE ${name} AS SELECT ${keysOf(columns)} WHERE false`,
      ),
    judgeRows: () => db.run(`INSERT INTO ${name} SELECT ${cells} FROM good`),
  };
}

/** Counts the rows that repeat an earlier one and leaves them where they are. */
export function repeats(
  db: DuckDb,
  layout: Layout,
  knownParts: string[],
  names: string[],
  table: string,
): Test {
  const columns = names.map((name) => layoutColumn(layout, name));
  const keys = columns.map(({ cell }) => cell).join(', ');
  return {
    ...gather(db, columns, knownParts, table),
    async finish() {
      const rows = await db.count(`SELECT count(*) FROM ${table}`);
      const different = await db.count(`SELECT count(*) FROM (SELECT DISTINCT ${keys} FROM ${table})`);
      return {
        rule: 'unique',
        broken: different < rows,
        measured: `${rows - different} of ${rows} rows repeat an earlier one`,
        limit: 'none',
        severity: 'warn',
      };
    },
  };
}

/** Counts the groups of rows that are the same but for one column; a missing cell equals a missing cell. */
export function contradiction(
  db: DuckDb,
  layout: Layout,
  knownParts: string[],
  { columns: names, column, severity }: Extract<Expectation, { kind: 'contradiction' }>,
  table: string,
): Test {
  const same = names.map((name) => layoutColumn(layout, name));
  const other = layoutColumn(layout, column);
  const keys = same.map(({ cell }) => cell).join(', ');
  return {
    ...gather(db, [...same, other], knownParts, table),
    async finish() {
      const [{ groups, rows }] = await db.rows(
        `SELECT count(*) AS groups, coalesce(sum(rows), 0)::BIGINT AS rows FROM (
          SELECT count(*) AS rows FROM ${table} GROUP BY ${keys} HAVING count(DISTINCT ${other.cell}) > 1)`,
      );
      return {
        rule: `contradiction:${column}`,
        broken: Number(groups) > 0,
        measured: `${groups} groups of equal rows (${rows} rows) with different ${column}`,
        limit: 'none',
        severity,
      };
    },
  };
}
