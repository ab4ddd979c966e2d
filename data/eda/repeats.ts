import type { EdaSummary } from '../../contracts/eda.ts';
import { quoteName } from '../duckdb.ts';
import { type Looked, oneRow } from './dataset.ts';

const mostPatterns = 20;

/** Which columns are missing together: complete rows first, then the commonest patterns. */
export async function missingPatterns(
  { db, rows }: Looked,
  columns: EdaSummary['columns'],
): Promise<EdaSummary['missing']> {
  const names = columns.filter(({ missing }) => missing > 0).map(({ name }) => name);
  if (names.length === 0) return [{ columns: [], count: rows }];
  const pattern = names.map((name) => `(${quoteName(name)} IS NULL)::INTEGER::VARCHAR`).join(' || ');
  const counted = await db.rows(
    `SELECT ${pattern} AS pattern, count(*) AS count FROM dataset GROUP BY 1
     ORDER BY contains(pattern, '1'), 2 DESC, 1 LIMIT ${mostPatterns}`,
  );
  return counted.map(({ pattern: bits, count }) => ({
    columns: names.filter((_, i) => String(bits)[i] === '1'),
    count: Number(count),
  }));
}

/**
 * Rows that say again what an earlier one says, and equal inputs with different targets, which no model can tell
 * apart. Rows are compared by 64-bit hashes, so that memory does not grow with their width.
 */
export async function countRepeats({
  db,
  spec,
  rows,
  numbers,
  categories,
}: Looked): Promise<EdaSummary['repeats']> {
  const hash = (names: string[]) => `hash(${names.map(quoteName).join(', ')})`;
  const unlike = await db.count(`SELECT count(DISTINCT ${hash([...numbers, ...categories])}) FROM dataset`);
  const groups = await oneRow(
    db,
    `SELECT count(*) AS groups, coalesce(sum(n), 0)::BIGINT AS rows FROM (
       SELECT count(*) AS n FROM dataset WHERE ${quoteName(spec.target)} IS NOT NULL
       GROUP BY ${hash(spec.inputs)} HAVING count(DISTINCT ${quoteName(spec.target)}) > 1)`,
  );
  return {
    rows: rows - unlike,
    contradictions: Number(groups.groups),
    contradictingRows: Number(groups.rows),
  };
}
