import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { readableColumns, rowIdColumn } from '../datasets.ts';
import { type DuckDb, pathList, quoteName, type SqlValue } from '../duckdb.ts';

/** What a look at the data needs to know of it. */
export interface Looked {
  db: DuckDb;
  spec: PipelineSpec;
  /** Rows of the view `dataset`. */
  rows: number;
  numbers: string[];
  categories: string[];
  timestamps: string[];
}

/** Rows that ranks and scatter plots are taken from. */
export const mostSampledRows = 50_000;

/** Makes a view of the parts: a missing or infinite number is NULL. */
export async function createView(
  db: DuckDb,
  view: string,
  partPaths: string[],
  spec: PipelineSpec,
): Promise<void> {
  const types = { number: 'DOUBLE', category: 'VARCHAR', timestamp: 'TIMESTAMP', ignored: 'VARCHAR' };
  const columns = readableColumns(spec).map((name) => {
    const { kind } = spec.columns[name];
    const cell = partPaths.length > 0 ? quoteName(name) : `NULL::${types[kind]}`;
    const value = kind === 'number' ? `CASE WHEN isfinite(${cell}) THEN ${cell}::DOUBLE END` : cell;
    return `${value} AS ${quoteName(name)}`;
  });
  const from = partPaths.length > 0 ? `FROM read_parquet(${pathList(partPaths)})` : 'WHERE false';
  const rowId = partPaths.length > 0 ? rowIdColumn : 'NULL::BIGINT';
  await db.run(`CREATE VIEW ${view} AS SELECT ${rowId} AS ${rowIdColumn}, ${columns.join(', ')} ${from}`);
}

/** The view `dataset`, and a table `sample` of at most `mostSampledRows` rows that any run chooses alike. */
export async function lookAt(db: DuckDb, partPaths: string[], spec: PipelineSpec): Promise<Looked> {
  await createView(db, 'dataset', partPaths, spec);
  const rows = await db.count('SELECT count(*) FROM dataset');
  const share = Math.min(1, mostSampledRows / Math.max(rows, 1));
  await db.run(
    `CREATE TABLE sample AS SELECT * FROM dataset WHERE hash(${rowIdColumn}) % 1000000 < ${Math.ceil(share * 1e6)}`,
  );
  const ofKind = (wanted: string) =>
    readableColumns(spec).filter((name) => spec.columns[name].kind === wanted);
  return {
    db,
    spec,
    rows,
    numbers: ofKind('number'),
    categories: ofKind('category'),
    timestamps: ofKind('timestamp'),
  };
}

/** The one row of an aggregate. */
export async function oneRow(db: DuckDb, sql: string): Promise<Record<string, SqlValue>> {
  const [row] = await db.rows(sql);
  return row;
}

/** A cell of an aggregate as a finite number; null where it is none. */
export const numberOrNull = (value: SqlValue | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

/** A cell of an aggregate as text; null where it is missing. */
export const textOrNull = (value: SqlValue | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

/** Six digits are enough to draw with, and keep a summary small. */
export const rounded = (value: number): number => Number(value.toPrecision(6));

/** Local ISO 8601 without a zone. */
export const isoSql = (cell: string): string => `strftime(${cell}, '%Y-%m-%dT%H:%M:%S')`;

/** Place of a number among inner edges, from 0; an edge belongs to the bin above it. */
export const placeSql = (cell: string, innerEdges: number[]): string =>
  innerEdges.length === 0
    ? '0'
    : innerEdges.map((edge) => `(${cell} >= ${edge}::DOUBLE)::INTEGER`).join(' + ');

/** The quantiles at even steps between the smallest and the largest value, each once. */
export async function innerEdgesOf(
  db: DuckDb,
  table: string,
  cell: string,
  parts: number,
): Promise<number[]> {
  const levels = Array.from({ length: parts - 1 }, (_, i) => (i + 1) / parts);
  const row = await oneRow(
    db,
    `SELECT min(${cell}) AS least, ${levels.map((level, i) => `quantile_cont(${cell}, ${level}) AS q${i}`).join(', ')} FROM ${table}`,
  );
  const edges = levels.map((_, i) => numberOrNull(row[`q${i}`])).filter((edge) => edge !== null);
  return [...new Set(edges)].filter((edge) => edge > Number(row.least));
}
