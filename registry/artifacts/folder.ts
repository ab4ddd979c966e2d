import { copyFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { RelevoError } from '../../contracts/errors.ts';
import { type ArtifactRef, artifactRefSchema } from '../../contracts/refs.ts';
import { moveIntoPlace, syncPath, temporaryName, writeAtomically } from './durable.ts';
import { hashFile, sha256Of } from './hash.ts';
import { corruptArtifact, createVerifier } from './verifier.ts';
import { writeStream } from './write-stream.ts';

/** What a killed process left half-written is of no use to anybody after this long. */
const abandonedAfterMs = 24 * 60 * 60_000;

const fileOf = (sha256: string): string => join('sha256', sha256.slice(0, 2), sha256);

const corrupt = (ref: ArtifactRef, what: string, expected: string): RelevoError =>
  corruptArtifact(ref, fileOf(ref.sha256), what, expected);

/** A ref from elsewhere names a file only once its hash is known to be one. */
function demandRef(ref: ArtifactRef): ArtifactRef {
  const parsed = artifactRefSchema.safeParse(ref);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RelevoError('ARTIFACT_CORRUPT', 'This is no reference to an artifact', {
    field: issue?.path.join('.'),
    expected: issue?.message,
  });
}

async function removeAbandoned(temporaryDir: string): Promise<void> {
  for (const name of await readdir(temporaryDir).catch(() => [])) {
    const path = join(temporaryDir, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > abandonedAfterMs) await rm(path, { force: true });
  }
}

/** Whether the file could be moved; from another file system it is copied. */
async function moveOrCopy(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    await copyFile(from, to);
    return false;
  }
}

/** A worker of years reads ever new files; a dataset has tens of them. */
const usuallyRemembered = 1_024;

/** Artifacts as files of a folder, named by their hash: `sha256/ab/ab12…`. Any number of processes may share it. */
export function createFolderArtifacts(
  dir: string,
  { remembered = usuallyRemembered }: { remembered?: number } = {},
): ArtifactStore {
  const temporaryDir = join(dir, 'tmp');
  const verify = createVerifier({ remembered, whereOf: ({ sha256 }) => fileOf(sha256) });
  const pathOf = (ref: ArtifactRef): string => join(dir, fileOf(ref.sha256));
  let swept: Promise<void> | undefined;
  const temporary = async (): Promise<string> => {
    await mkdir(temporaryDir, { recursive: true });
    swept ??= removeAbandoned(temporaryDir);
    await swept;
    return join(temporaryDir, temporaryName());
  };
  /** A stored file that was damaged since is replaced by what is put again. */
  const isStored = (ref: ArtifactRef): Promise<boolean> =>
    verify(pathOf(ref), ref).then(
      () => true,
      () => false,
    );

  return {
    async putBytes(bytes, { name, mediaType }) {
      const ref = { name, mediaType, sha256: sha256Of(bytes), bytes: bytes.byteLength };
      if (!(await isStored(ref))) await writeAtomically(pathOf(ref), await temporary(), [bytes]);
      return ref;
    },
    async putFile(path, { name, mediaType }) {
      const ref = { name, mediaType, ...(await hashFile(path)) };
      if (await isStored(ref)) return ref;
      const staged = await temporary();
      const moved = await moveOrCopy(path, staged);
      try {
        await syncPath(staged);
        await moveIntoPlace(staged, pathOf(ref));
      } catch (error) {
        // The caller may try again with the same file.
        if (moved) await rename(staged, path);
        else await rm(staged, { force: true });
        throw error;
      }
      await verify(pathOf(ref), ref);
      return ref;
    },
    async putStream(chunks, { name, mediaType, maxBytes }) {
      const staged = await temporary();
      try {
        const ref = { name, mediaType, ...(await writeStream(staged, chunks, maxBytes)) };
        if (await isStored(ref)) await rm(staged, { force: true });
        else await moveIntoPlace(staged, pathOf(ref));
        return ref;
      } catch (error) {
        await rm(staged, { force: true });
        throw error;
      }
    },
    async localPath(ref) {
      const known = demandRef(ref);
      await verify(pathOf(known), known);
      return pathOf(known);
    },
    async readBytes(ref) {
      const known = demandRef(ref);
      const bytes = await readFile(pathOf(known)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') throw corrupt(known, 'is not in the store', 'a file');
        throw error;
      });
      const sha256 = sha256Of(bytes);
      if (sha256 !== known.sha256) throw corrupt(known, `has content of the hash ${sha256}`, known.sha256);
      return bytes;
    },
  };
}
