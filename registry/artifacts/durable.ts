import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Puts what a file or folder entry holds on the disk, so that it outlives a power cut. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Moves a file within a file system, durably; the target is replaced in one step. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
  await syncPath(dirname(to));
}

export const temporaryName = (): string => `${process.pid}-${randomBytes(8).toString('hex')}`;

/** Writes a file so that its path holds the former content or the new one, never a part. `temporary` is on its file system. */
export async function writeAtomically(path: string, temporary: string, chunks: Uint8Array[]): Promise<void> {
  await mkdir(dirname(temporary), { recursive: true });
  try {
    const handle = await open(temporary, 'wx');
    try {
      for (const chunk of chunks) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await moveIntoPlace(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
