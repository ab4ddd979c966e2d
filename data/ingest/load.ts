import { RelevoError } from '../../contracts/errors.ts';
import { type DuckDb, quoteText } from '../duckdb.ts';
import type { Layout } from './layout.ts';

/**
 * Puts the rows of a CSV file as text into the table `raw`, in file order: `rowid` counts them from 0, `line` is
 * where they stand in the source.
 * @throws RelevoError SOURCE_ROW_MALFORMED
 */
export async function loadRaw(
  db: DuckDb,
  csvPath: string,
  delimiter: string,
  layout: Layout,
): Promise<number> {
  const names = layout.fileColumns.map((_, k) => `raw${k}`);
  const read = layout.numbered ? ['line', ...names] : names;
  const types = read.map((name) => `'${name}': '${name === 'line' ? 'BIGINT' : 'VARCHAR'}'`);
  const from =
    `read_csv(${quoteText(csvPath)}, header = true, auto_detect = false, delim = ${quoteText(delimiter)}, ` +
    `quote = '"', escape = '"', columns = {${types.join(', ')}})`;
  try {
    await db.run(`CREATE TABLE raw AS SELECT ${read.join(', ')} FROM ${from}`);
  } catch (error) {
    throw malformed(error);
  }
  return db.count('SELECT count(*) FROM raw');
}

/** SQL of a row's line in the source file: staged rows bring it, others follow the header one by one. */
export const lineSql = (layout: Layout): string => (layout.numbered ? 'raw.line' : 'raw.rowid + 2');

function malformed(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RelevoError) return error;
  const line = /Line: (\d+)/.exec(error.message)?.[1];
  if (line === undefined && !error.message.includes('CSV')) return error;
  const what = /Possible Solution|\n/.test(error.message) ? error.message.split('\n')[0] : error.message;
  return new RelevoError(
    'SOURCE_ROW_MALFORMED',
    `Line ${line ?? '?'} of the batch is not CSV: ${what}`,
    { where: `line ${line ?? '?'}`, remedy: 'Mend the line in the source.' },
    { cause: error },
  );
}
