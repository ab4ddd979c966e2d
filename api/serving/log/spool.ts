import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryName, writeAtomically } from '../../../registry/artifacts/durable.ts';
import type { PredictionBatch } from '../../../registry/types.ts';

/** The suffix names the format: a batch that another release wrote is not misread. */
const suffix = '.copy1';
const refusedSuffix = '.refused';

/** Batches of predictions on disk, oldest first, until the database has them. */
export interface Spool {
  /** False, having kept nothing, where the spool is full. */
  put(batch: PredictionBatch): Promise<boolean>;
  /** The oldest batch; undefined where there is none. */
  oldest(): Promise<{ name: string; data: Buffer } | undefined>;
  remove(name: string): Promise<void>;
  /** Puts a batch aside that the database refuses, for people to look at. */
  refuse(name: string): Promise<void>;
  readonly bytes: number;
  readonly batches: number;
}

/** Opens a folder as spool; what an earlier process left in it is taken over. */
export async function openSpool(folder: string, maxBytes: number): Promise<Spool> {
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
    async put(batch) {
      if (bytes + batch.data.byteLength > maxBytes) return false;
      const name = `${batch.first}${suffix}`;
      await writeAtomically(join(folder, name), join(folder, 'tmp', temporaryName()), [batch.data]);
      sizes.set(name, batch.data.byteLength);
      bytes += batch.data.byteLength;
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
    get batches() {
      return sizes.size;
    },
  };
}
