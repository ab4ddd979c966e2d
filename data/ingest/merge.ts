import { rowIdColumn } from '../datasets.ts';
import { openDuckDb, pathList, quoteText } from '../duckdb.ts';
import { partFormat } from './output.ts';

/**
 * Writes the rows of several parts of one dataset to one, by rising row id; equal parts give equal bytes.
 * @param paths of Parquet files with the same columns.
 */
export async function mergeParts(paths: string[], path: string, signal?: AbortSignal): Promise<void> {
  const db = await openDuckDb({ signal });
  try {
    await db.run(
      `COPY (SELECT * FROM read_parquet(${pathList(paths)}) ORDER BY ${rowIdColumn}) TO ${quoteText(path)} ${partFormat}`,
    );
  } finally {
    db.close();
  }
}
