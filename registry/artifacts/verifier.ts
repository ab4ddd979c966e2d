import { stat } from 'node:fs/promises';
import { RelevoError } from '../../contracts/errors.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import { createLru } from '../lru.ts';
import { hashFile } from './hash.ts';

/** An artifact that is not what its reference says. @param where its file, without the place where this machine keeps it. */
export function corruptArtifact(
  { name, sha256 }: ArtifactRef,
  where: string,
  what: string,
  expected: string,
): RelevoError {
  return new RelevoError('ARTIFACT_CORRUPT', `The artifact "${name}" ${what}`, {
    ...{ field: 'sha256', value: sha256, expected, where },
    remedy: 'Restore the file from a backup of the artifact store, or run again what made it.',
  });
}

/**
 * Checks files against their hash: wholly at the first read in this process and after a change, by size every time.
 * @param options.remembered files of which it is known that they are whole; those read longest ago are forgotten.
 * @param options.whereOf names an artifact's file in an error.
 * @returns a check that throws RelevoError ARTIFACT_CORRUPT
 */
export function createVerifier({
  remembered,
  whereOf,
}: {
  remembered: number;
  whereOf(ref: ArtifactRef): string;
}): (path: string, ref: ArtifactRef) => Promise<void> {
  const verified = createLru<void>(remembered);
  return async (path, ref) => {
    const corrupt = (what: string, expected: string): RelevoError =>
      corruptArtifact(ref, whereOf(ref), what, expected);
    const file = await stat(path).catch(() => undefined);
    if (file === undefined) throw corrupt('is not in the store', 'a file');
    if (file.size !== ref.bytes) throw corrupt(`has ${file.size} bytes`, `${ref.bytes} bytes`);
    await verified(`${ref.sha256} ${file.ino} ${file.mtimeMs}`, async () => {
      const { sha256 } = await hashFile(path);
      if (sha256 !== ref.sha256) throw corrupt(`has content of the hash ${sha256}`, ref.sha256);
    });
  };
}
