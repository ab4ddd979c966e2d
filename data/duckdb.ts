import { type DuckDBConnection, DuckDBInstance, StatementType } from '@duckdb/node-api';
import { RelevoError } from '../contracts/errors.ts';

export interface DuckDbOptions {
  /** A database file; in memory where absent. */
  path?: string;
  /** Where what does not fit in memory is spilled. */
  tempDir?: string;
  memoryLimitMb?: number;
  threads?: number;
  /** Interrupts the running statement. */
  signal?: AbortSignal;
}

export type SqlValue = string | number | boolean | bigint | null;

/** One DuckDB connection. Statements run on DuckDB's own threads, never on the event loop. */
export interface DuckDb {
  run(sql: string): Promise<void>;
  /** Small results only: rows as objects, 64-bit integers as numbers. */
  rows(sql: string): Promise<Record<string, SqlValue>[]>;
  /** The single number that a query answers. */
  count(sql: string): Promise<number>;
  /** A result of any size, chunk by chunk, column by column. */
  columns(sql: string): AsyncIterable<SqlValue[][]>;
  /** What each statement of a text is, without running it. */
  statementKinds(sql: string): Promise<('select' | 'other')[]>;
  /** Share of the running statement that is done, 0..1, where DuckDB knows. */
  progress(): number | undefined;
  close(): void;
}

/**
 * Opens a database in memory or in a file, with 512 MB and two threads unless told.
 * @throws RelevoError CANCELLED, from its statements, once the signal is aborted.
 */
export async function openDuckDb(options: DuckDbOptions = {}): Promise<DuckDb> {
  const instance = await DuckDBInstance.create(options.path ?? ':memory:', settings(options));
  const connection = await instance.connect();
  const interrupt = () => connection.interrupt();
  options.signal?.addEventListener('abort', interrupt, { once: true });
  return {
    run: async (sql) => {
      await guarded(options.signal, () => connection.run(sql));
    },
    rows: async (sql) =>
      guarded(options.signal, async () => (await connection.runAndReadAll(sql)).getRowObjects().map(plain)),
    count: async (sql) =>
      guarded(options.signal, async () =>
        Number((await connection.runAndReadAll(sql)).getRows()[0]?.[0] ?? 0),
      ),
    columns: (sql) => streamColumns(connection, sql, options.signal),
    statementKinds: (sql) => guarded(options.signal, () => kindsOf(connection, sql)),
    progress: () => {
      const { percentage } = connection.progress;
      return percentage < 0 ? undefined : percentage / 100;
    },
    close: () => {
      options.signal?.removeEventListener('abort', interrupt);
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function kindsOf(connection: DuckDBConnection, sql: string): Promise<('select' | 'other')[]> {
  const statements = await connection.extractStatements(sql);
  const kinds: ('select' | 'other')[] = [];
  for (let k = 0; k < statements.count; k++) {
    const prepared = await statements.prepare(k);
    kinds.push(prepared.statementType === StatementType.SELECT ? 'select' : 'other');
    prepared.destroySync();
  }
  return kinds;
}

function settings(options: DuckDbOptions): Record<string, string> {
  return {
    memory_limit: `${options.memoryLimitMb ?? 512}MB`,
    threads: String(options.threads ?? 2),
    // A cell's text is data: nothing in it may reach another file or the network.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...(options.tempDir ? { temp_directory: options.tempDir } : {}),
  };
}

async function guarded<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  throwIfAborted(signal);
  try {
    return await work();
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  }
}

/** @throws RelevoError CANCELLED */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new RelevoError('CANCELLED', 'The work was cancelled', {}, { cause: signal.reason });
}

async function* streamColumns(
  connection: DuckDBConnection,
  sql: string,
  signal: AbortSignal | undefined,
): AsyncIterable<SqlValue[][]> {
  const result = await guarded(signal, () => connection.stream(sql));
  while (true) {
    const chunk = await guarded(signal, () => result.fetchChunk());
    if (!chunk || chunk.rowCount === 0) return;
    yield chunk.getColumns() as SqlValue[][];
  }
}

const plain = (row: Record<string, unknown>): Record<string, SqlValue> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? Number(value) : (value as SqlValue),
    ]),
  );

/** An SQL identifier, quoted. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
/** An SQL string literal, quoted. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** A finite or infinite double as an SQL literal. */
export function numberLiteral(value: number): string {
  if (Number.isFinite(value)) return `${value < 0 || Object.is(value, -0) ? `(${value})` : value}::DOUBLE`;
  return `'${Number.isNaN(value) ? 'nan' : value > 0 ? 'infinity' : '-infinity'}'::DOUBLE`;
}
/** A list of file paths as an SQL list literal. */
export const pathList = (paths: readonly string[]): string => `[${paths.map(quoteText).join(', ')}]`;
