import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryName, writeAtomically } from '../../registry/artifacts/durable.ts';

const refusedSuffix = '.refused';

/** Something that waits on disk for the database. */
export interface Waiting {
  name: string;
  data: Buffer;
}

/** Files that wait on disk for the database, oldest first. */
export interface Spool {
  /**
   * Keeps it, so that it outlives a power cut. Names ascend with time, whoever gives them.
   * False, having kept nothing, where the spool is full.
   */
  put(id: string, data: Uint8Array): Promise<boolean>;
  /** The oldest; undefined where there is none. */
  oldest(): Promise<Waiting | undefined>;
  remove(name: string): Promise<void>;
  /** Puts aside what the database refuses, for people to look at. */
  refuse(name: string): Promise<void>;
  readonly bytes: number;
  readonly files: number;
}

/**
 * Opens a folder as spool; what an earlier process left in it is taken over.
 * @param options.suffix names the format, so that what another release wrote is not misread
 */
export async function openSpool(
  folder: string,
  { suffix, maxBytes }: { suffix: string; maxBytes: number },
): Promise<Spool> {
  await mkdir(folder, { recursive: true });
  const sizes = new Map<string, number>();
  for (const name of (await readdir(folder)).filter((entry) => entry.endsWith(suffix)).sort())
    sizes.set(name, (await stat(join(folder, name))).size);
  let bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const forget = (name: string): void => {
    bytes -= sizes.get(name) ?? 0;
    sizes.delete(name);
  };
  return {
    async put(id, data) {
      if (bytes + data.byteLength > maxBytes) return false;
      const name = `${id}${suffix}`;
      await writeAtomically(join(folder, name), join(folder, 'tmp', temporaryName()), [data]);
      sizes.set(name, data.byteLength);
      bytes += data.byteLength;
      return true;
    },
    async oldest() {
      for (const name of sizes.keys()) {
        const data = await readFile(join(folder, name)).catch(() => undefined);
        // Another process of the same home may have brought it home.
        if (data === undefined) forget(name);
        else return { name, data };
      }
      return undefined;
    },
    async remove(name) {
      await rm(join(folder, name), { force: true });
      forget(name);
    },
    async refuse(name) {
      await rename(join(folder, name), join(folder, name + refusedSuffix));
      forget(name);
    },
    get bytes() {
      return bytes;
    },
    get files() {
      return sizes.size;
    },
  };
}
