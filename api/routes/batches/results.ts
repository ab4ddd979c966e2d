import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ArtifactStore } from '../../../contracts/artifacts.ts';
import { type BatchResult, batchFilesSchema } from '../../../contracts/batch.ts';
import type { ArtifactRef } from '../../../contracts/refs.ts';

/** The results as they go out: no faster than the client reads, and never in memory as a whole. */
export async function resultStream(
  artifacts: ArtifactStore,
  { files: ref }: BatchResult,
): Promise<{ stream: ReadableStream; bytes: number }> {
  const { head, files } = batchFilesSchema.parse(
    JSON.parse(Buffer.from(await artifacts.readBytes(ref)).toString()),
  );
  const bytes = files.reduce((sum, file) => sum + file.bytes, Buffer.byteLength(head));
  const chunks = Readable.from(chunksOf(artifacts, head, files), { objectMode: false });
  return { stream: Readable.toWeb(chunks) as ReadableStream, bytes };
}

async function* chunksOf(
  artifacts: ArtifactStore,
  head: string,
  files: readonly ArtifactRef[],
): AsyncGenerator<Uint8Array> {
  if (head !== '') yield Buffer.from(head);
  for (const file of files)
    yield* createReadStream(await artifacts.localPath(file), { highWaterMark: 1 << 18 });
}
