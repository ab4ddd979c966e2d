import type { CategoryColumn, NumberColumn } from '../../contracts/columns.ts';
import { numberLiteral, quoteText } from '../duckdb.ts';
import { type Layout, type LayoutColumn, verdicts } from './layout.ts';

const outerSpace = quoteText(' \t\r\n\v\f\u00a0\ufeff');

/**
 * SQL that types the rows [from, to) of `raw`: `n`, then a cell and a verdict for each column. A cell that is blank or
 * one of the source's words for "no value" is missing; one that does not parse is unreadable; one outside its
 * column's range is wrong. All three are NULL from here on, and their text stays in `raw`. Cells that parse as they
 * are go a quick way; only the others are trimmed and compared.
 */
export function parseSql(layout: Layout, missingWords: readonly string[], from: number, to: number): string {
  const { columns } = layout;
  const words = missingWords.map((word) => word.trim().toLowerCase());
  const listed = words.map(quoteText).join(', ');
  const quick = columns.map((column, k) => `${quickSql(column, words)} AS q${k}`);
  const trimmed = columns.map(
    ({ raw }, k) => `CASE WHEN q${k} IS NULL THEN nullif(trim(${raw}, ${outerSpace}), '') END AS t${k}`,
  );
  const present = columns.map((_, k) =>
    words.length > 0 ? `CASE WHEN lower(t${k}) NOT IN (${listed}) THEN t${k} END AS p${k}` : `t${k} AS p${k}`,
  );
  const typed = columns.map(
    (column, k) => `CASE WHEN q${k} IS NOT NULL THEN q${k} ELSE ${typedSql(column, `p${k}`)} END AS x${k}`,
  );
  const cells = columns.flatMap((column, k) => {
    const outside = outsideSql(column, `x${k}`);
    const verdict =
      `CASE WHEN x${k} IS NOT NULL THEN CASE WHEN ${outside} THEN ${verdicts.range} ELSE 0 END ` +
      `WHEN p${k} IS NULL THEN ${verdicts.missing} ELSE ${verdicts.unreadable} END::UTINYINT AS ${column.verdict}`;
    return [`CASE WHEN NOT (${outside}) THEN ${storedSql(column, `x${k}`)} END AS ${column.cell}`, verdict];
  });
  const levels = [trimmed, present, typed].reduce(
    (inner, level) => `SELECT *, ${level.join(', ')} FROM (${inner})`,
    `SELECT rowid AS n, *, ${quick.join(', ')} FROM raw WHERE rowid >= ${from} AND rowid < ${to}`,
  );
  return `SELECT n, ${cells.join(', ')} FROM (${levels})`;
}

/** The typed value of a cell that is written as it should be, NULL of any other. */
function quickSql(layout: LayoutColumn, words: readonly string[]): string {
  const { column, raw } = layout;
  if (column.kind === 'timestamp') return typedSql(layout, raw);
  if (column.kind === 'category') {
    const known = column.values.filter((value) => !words.includes(value.toLowerCase()));
    return known.length > 0
      ? `CASE WHEN ${raw} IN (${known.map(quoteText).join(', ')}) THEN ${raw} END`
      : 'NULL::VARCHAR';
  }
  const numeric = words
    .filter((word) => Number.isFinite(Number(word)))
    .map((word) => numberLiteral(Number(word)));
  const value = numberSql(raw);
  return numeric.length > 0 ? `CASE WHEN ${value} NOT IN (${numeric.join(', ')}) THEN ${value} END` : value;
}

function typedSql({ column }: LayoutColumn, text: string): string {
  if (column.kind === 'number') return numberSql(text);
  if (column.kind === 'category') return categorySql(column, text);
  return `epoch(try_strptime(${text}, ${quoteText(column.format)}))`;
}

/** The midnight that closes a day is the first moment of the next. */
function storedSql({ column }: LayoutColumn, value: string): string {
  if (column.kind !== 'timestamp' || column.midnight === 'starts-day') return value;
  return `${value} + CASE WHEN ${value} % 86400 = 0 THEN 86400 ELSE 0 END`;
}

/** DuckDB's cast reads `inf`, `nan` and `1_000`, none of which a meter writes. */
function numberSql(text: string): string {
  const value = `try_cast(${text} AS DOUBLE)`;
  return `CASE WHEN isfinite(${value}) AND NOT contains(${text}, '_') THEN ${value} END`;
}

function categorySql(column: CategoryColumn, text: string): string {
  const cases = column.values.map(
    (value) => `WHEN ${quoteText(value.toLowerCase())} THEN ${quoteText(value)}`,
  );
  return `CASE lower(${text}) ${cases.join(' ')} END`;
}

function outsideSql({ column }: LayoutColumn, value: string): string {
  if (column.kind !== 'number') return 'false';
  const { min, max } = column satisfies NumberColumn;
  const bounds = [
    ...(min === undefined ? [] : [`${value} < ${numberLiteral(min)}`]),
    ...(max === undefined ? [] : [`${value} > ${numberLiteral(max)}`]),
  ];
  return bounds.length > 0 ? `coalesce(${bounds.join(' OR ')}, false)` : 'false';
}
