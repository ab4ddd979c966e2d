import type { CategoryColumn, NumberColumn } from '../../contracts/columns.ts';
import { numberLiteral, quoteText } from '../duckdb.ts';
import { type Layout, type LayoutColumn, verdicts } from './layout.ts';

const outerSpace = quoteText(' \t\r\n\v\f\u00a0\ufeff');

/**
 * SQL that types the rows [from, to) of `raw`: `n`, then a cell and a verdict for each column. A cell that is blank or
 * one of the source's words for "no value" is missing; one that does not parse is unreadable; one outside its
 * column's range is wrong. All three are NULL from here on, and their text stays in `raw`.
 */
export function parseSql(layout: Layout, missingWords: readonly string[], from: number, to: number): string {
  const { columns } = layout;
  const words = missingWords.map((word) => quoteText(word.trim().toLowerCase()));
  const trimmed = columns.map(({ raw }, k) => `nullif(trim(${raw}, ${outerSpace}), '') AS t${k}`);
  const present = columns.map((_, k) =>
    words.length > 0
      ? `CASE WHEN lower(t${k}) NOT IN (${words.join(', ')}) THEN t${k} END AS p${k}`
      : `t${k} AS p${k}`,
  );
  const typed = columns.map((column, k) => `${typedSql(column, `p${k}`)} AS x${k}`);
  const cells = columns.flatMap((column, k) => {
    const outside = outsideSql(column, `x${k}`);
    const verdict =
      `CASE WHEN p${k} IS NULL THEN ${verdicts.missing} WHEN x${k} IS NULL THEN ${verdicts.unreadable} ` +
      `WHEN ${outside} THEN ${verdicts.range} ELSE 0 END::UTINYINT AS ${column.verdict}`;
    return [`CASE WHEN NOT (${outside}) THEN x${k} END AS ${column.cell}`, verdict];
  });
  return (
    `SELECT n, ${cells.join(', ')} FROM (SELECT *, ${typed.join(', ')} FROM (SELECT *, ${present.join(', ')} ` +
    `FROM (SELECT rowid AS n, ${trimmed.join(', ')} FROM raw WHERE rowid >= ${from} AND rowid < ${to})))`
  );
}

function typedSql({ column }: LayoutColumn, text: string): string {
  if (column.kind === 'number') return numberSql(text);
  if (column.kind === 'category') return categorySql(column, text);
  const parsed = `epoch(try_strptime(${text}, ${quoteText(column.format)}))`;
  if (column.midnight === 'starts-day') return parsed;
  return `${parsed} + CASE WHEN ${parsed} % 86400 = 0 THEN 86400 ELSE 0 END`;
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
