import type { EdaComparison } from '../../contracts/eda.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { readableColumns, rowIdColumn } from '../datasets.ts';
import { type DuckDb, quoteName } from '../duckdb.ts';
import { oneRow, textOrNull } from './dataset.ts';

const mostExamples = 20;

/** Rows of the views `a` and `b` beside each other, by the pipeline's key: what came, went and changed. */
export async function compareRows(db: DuckDb, spec: PipelineSpec): Promise<EdaComparison['changedRows']> {
  const key = keyOf(spec);
  const compared = readableColumns(spec).filter((name) => !key.includes(name));
  const on = key.map((name) => `a.${quoteName(name)} = b.${quoteName(name)}`).join(' AND ');
  const differ = compared.map((name) => `a.${quoteName(name)} IS DISTINCT FROM b.${quoteName(name)}`);
  const changed = differ.length === 0 ? 'false' : `(${differ.join(' OR ')})`;
  const counts = await oneRow(
    db,
    `SELECT count(*) AS paired, count(*) FILTER (${changed}) AS changed${differ
      .map((condition, i) => `, count(*) FILTER (${condition}) AS c${i}`)
      .join('')} FROM a JOIN b ON ${on}`,
  );
  const alone = (here: string, there: string) =>
    db.count(`SELECT count(*) FROM ${here} ANTI JOIN ${there} ON ${on}`);
  return {
    key,
    added: await alone('b', 'a'),
    removed: await alone('a', 'b'),
    changed: Number(counts.changed),
    same: Number(counts.paired) - Number(counts.changed),
    byColumn: compared
      .map((name, i) => ({ name, count: Number(counts[`c${i}`]) }))
      .filter(({ count }) => count > 0)
      .sort((first, second) => second.count - first.count),
    examples: await examplesOf(db, key, compared, `FROM a JOIN b ON ${on} WHERE ${changed}`),
  };
}

/** What the pipeline says is unique, or the row's id. */
function keyOf(spec: PipelineSpec): string[] {
  const stored = readableColumns(spec);
  const unique = spec.expectations.find(({ kind }) => kind === 'unique');
  const columns = unique?.kind === 'unique' ? unique.columns : [];
  return columns.length > 0 && columns.every((name) => stored.includes(name)) ? columns : [rowIdColumn];
}

async function examplesOf(
  db: DuckDb,
  key: string[],
  compared: string[],
  from: string,
): Promise<EdaComparison['changedRows']['examples']> {
  const cells = [
    ...key.map((name, i) => `a.${quoteName(name)}::VARCHAR AS k${i}`),
    ...compared.flatMap((name, i) => [
      `a.${quoteName(name)}::VARCHAR AS a${i}`,
      `b.${quoteName(name)}::VARCHAR AS b${i}`,
    ]),
  ];
  const rows = await db.rows(
    `SELECT ${cells.join(', ')} ${from} ORDER BY ${key.map((_, i) => i + 1).join(', ')} LIMIT ${mostExamples}`,
  );
  return rows
    .flatMap((row) =>
      compared.map((column, i) => ({
        key: key.map((_, place) => String(row[`k${place}`])).join(', '),
        column,
        a: textOrNull(row[`a${i}`]),
        b: textOrNull(row[`b${i}`]),
      })),
    )
    .filter(({ a, b }) => a !== b)
    .slice(0, mostExamples);
}
