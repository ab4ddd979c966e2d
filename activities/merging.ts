import { join } from 'node:path';
import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { Part } from '../contracts/refs.ts';
import { mergeParts } from '../data/ingest/merge.ts';
import { rowGroupRows } from '../data/ingest/output.ts';
import type { ValidateOutput } from '../data/ingest/validate.ts';
import { localPaths, partsToMerge } from './parts.ts';

/** Where the newest parts are small, one of the known rows and the added ones; else the added parts as they are. */
export async function mergedWithTail(
  artifacts: ArtifactStore,
  known: Part[],
  added: ValidateOutput['parts'],
  { workDir, signal }: { workDir: string; signal: AbortSignal },
): Promise<{ parts: ValidateOutput['parts']; replaces: number }> {
  const replaces = added.length === 1 ? partsToMerge(known, added[0].rows, rowGroupRows) : 0;
  if (replaces === 0) return { parts: added, replaces };
  const tail = known.slice(known.length - replaces);
  const path = join(workDir, 'merged.parquet');
  await mergeParts([...(await localPaths(artifacts, tail)), added[0].path], path, signal);
  const rows = tail.reduce((sum, part) => sum + part.rows, added[0].rows);
  return { parts: [{ path, rows, firstRowId: tail[0].firstRowId }], replaces };
}
