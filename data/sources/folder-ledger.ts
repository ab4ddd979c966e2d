import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { ArtifactRef } from '../../contracts/refs.ts';
import type { SourceContext } from '../../contracts/source.ts';

const fileReadSchema = z.strictObject({
  name: z.string(),
  /** Read so far. */
  bytes: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  /** Of the first `bytes` bytes. */
  sha256: z.string(),
  changedMs: z.number(),
  /** The object store's mark of the content; absent in a folder. */
  etag: z.string().optional(),
  /** An earlier file with the same content, whose rows these are. */
  repeats: z.string().optional(),
});
/** A file of a watched folder or bucket that was read, and where reading of it stopped. */
export type FileRead = z.infer<typeof fileReadSchema>;

const ledgerSchema = z.array(fileReadSchema);

/** What was read of a watched folder or bucket, by file name; nothing where `ref` is absent. */
export async function readLedger(
  ref: ArtifactRef | undefined,
  context: SourceContext,
): Promise<Map<string, FileRead>> {
  if (ref === undefined) return new Map();
  if (!context.localPath) throw new Error('a watermark refers to files, and nothing fetches them');
  const text = await readFile(await context.localPath(ref), 'utf8');
  return new Map(ledgerSchema.parse(JSON.parse(text)).map((file) => [file.name, file]));
}

/** Writes the ledger in the order in which files were first read. */
export const writeLedger = (path: string, ledger: Map<string, FileRead>): Promise<void> =>
  writeFile(path, JSON.stringify([...ledger.values()]));
