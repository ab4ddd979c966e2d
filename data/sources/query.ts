import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RelevoError } from '../../contracts/errors.ts';
import type { SourceContext } from '../../contracts/source.ts';
import { type DuckDb, openDuckDb, pathList, quoteName, quoteText } from '../duckdb.ts';

/** A table of a query, as a file on local disk. */
export interface LocalTable {
  name: string;
  format: 'csv' | 'parquet';
  delimiter: string;
  path: string;
}

/** Enough for some million groups; what does not fit goes to the run's folder. */
const memoryLimitMb = 512;

/**
 * Writes what one SELECT over the tables answers to a CSV file with a header. A CSV table's columns have the types that
 * fit its whole file. The query sees its tables and nothing else: no file, no network, no settings. Its rows come in the
 * order that it asks for, so it must end in ORDER BY to be the same twice.
 * @throws RelevoError PIPELINE_INVALID where the query is wrong, SOURCE_ROW_MALFORMED where a table or a value of it is,
 * CANCELLED.
 */
export async function queryToCsv(
  tables: LocalTable[],
  sql: string,
  path: string,
  context: Pick<SourceContext, 'workDir' | 'signal' | 'onProgress'>,
): Promise<{ columns: string[]; rows: number }> {
  const tempDir = join(context.workDir, 'spill');
  const db = await openDuckDb({ tempDir, memoryLimitMb, signal: context.signal });
  try {
    for (const table of tables) await load(db, table);
    const readable = tables.filter(({ format }) => format === 'parquet').map((table) => table.path);
    await db.run(`SET allowed_paths = ${pathList([...readable, path])}`);
    await db.run('SET enable_external_access = false');
    await db.run('SET lock_configuration = true');
    const query = await checkQuery(db, sql);
    const columns = await guarded(async () =>
      (await db.rows(`DESCRIBE ${query}`)).map(({ column_name }) => String(column_name)),
    );
    const rows = await guarded(() =>
      watched(db, context, () =>
        db.count(`COPY (${query}) TO ${quoteText(path)} (FORMAT csv, HEADER, USE_TMP_FILE false)`),
      ),
    );
    return { columns, rows };
  } finally {
    db.close();
    await rm(tempDir, { recursive: true, force: true });
  }
}

async function load(db: DuckDb, { name, format, delimiter, path }: LocalTable): Promise<void> {
  const file = quoteText(path);
  const statement =
    format === 'parquet'
      ? `CREATE VIEW ${quoteName(name)} AS SELECT * FROM read_parquet(${file})`
      : `CREATE TABLE ${quoteName(name)} AS SELECT * FROM read_csv(${file}, header = true, ` +
        `delim = ${quoteText(delimiter)}, quote = '"', escape = '"', sample_size = -1, null_padding = false)`;
  try {
    await db.run(statement);
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** The query without a closing semicolon. @throws RelevoError PIPELINE_INVALID where it is not one SELECT. */
async function checkQuery(db: DuckDb, sql: string): Promise<string> {
  const kinds = await guarded(() => db.statementKinds(sql));
  if (kinds.length === 1 && kinds[0] === 'select') return `\n${sql.trim().replace(/;\s*$/, '')}\n`;
  throw new RelevoError('PIPELINE_INVALID', "The source's SQL must be one SELECT", {
    field: 'sources.sql',
    value: kinds.join(', '),
    expected: 'one SELECT',
  });
}

/** Tells how far one long statement is, in percent. */
async function watched<T>(
  db: DuckDb,
  { onProgress }: Pick<SourceContext, 'onProgress'>,
  work: () => Promise<T>,
): Promise<T> {
  const timer = setInterval(() => onProgress(Math.round(100 * (db.progress() ?? 0)), 100), 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

const firstLine = (error: Error): string => error.message.split('\n')[0];
/** What DuckDB calls faults of a query's text, and faults of the values that it meets. */
const queryFaults = /\b(Parser|Binder|Catalog|Permission|Not implemented) Error/;
const valueFaults = /\b(Conversion|Invalid Input|Out of Range|Constraint|Serialization) Error/;

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof RelevoError) throw error;
    const message = `The source's SQL fails: ${firstLine(error)}`;
    if (queryFaults.test(error.message))
      throw new RelevoError('PIPELINE_INVALID', message, { field: 'sources.sql' }, { cause: error });
    if (!valueFaults.test(error.message)) throw error;
    const remedy = 'Mend the value in the source, or let the query read it with try_cast.';
    throw new RelevoError(
      'SOURCE_ROW_MALFORMED',
      message,
      { field: 'sources.sql', where: 'a value that the query reads', remedy },
      { cause: error },
    );
  }
}

function unreadable(name: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RelevoError) return error;
  return new RelevoError(
    'SOURCE_ROW_MALFORMED',
    `The table "${name}" cannot be read: ${firstLine(error)}`,
    { field: `tables.${name}`, where: `table ${name}`, remedy: 'Mend the file; look at its format.' },
    { cause: error },
  );
}
