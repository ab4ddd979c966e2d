import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoints } from '../../contracts/artifacts.ts';
import { temporaryName, writeAtomically } from '../artifacts/durable.ts';

const digestBytes = 32;

/** Over key and content, so that neither a torn file nor one of another computation is taken for this one's. */
const seal = (key: string, content: Uint8Array): Buffer =>
  createHash('sha256').update(key).update('\0').update(content).digest();

/** A key as a file name: readable in front, and told apart by its hash whatever characters it has. */
function fileOf(key: string): string {
  const readable = key.replace(/[^A-Za-z0-9._-]+/g, '-').slice(-80);
  return `${readable}.${createHash('sha256').update(key).digest('hex').slice(0, 16)}.checkpoint`;
}

/** Checkpoints as files of a folder, one a key: the checksum, then the content. */
export function createFolderCheckpoints(dir: string): (key: string) => Checkpoints {
  return (key) => {
    const path = join(dir, fileOf(key));
    return {
      async load() {
        const file = await readFile(path).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return Buffer.alloc(0);
          throw error;
        });
        const content = file.subarray(digestBytes);
        const whole = file.length >= digestBytes && seal(key, content).equals(file.subarray(0, digestBytes));
        return whole ? new Uint8Array(content) : undefined;
      },
      save: (bytes) => writeAtomically(path, join(dir, 'tmp', temporaryName()), [seal(key, bytes), bytes]),
      clear: () => rm(path, { force: true }),
    };
  };
}
