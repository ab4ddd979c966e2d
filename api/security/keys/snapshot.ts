import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { grantSchema } from '../../../contracts/security.ts';
import type { KeyCheck } from '../../../registry/access/types.ts';

/** Where the known keys outlive the process: hashes alone, which open nothing. */
export interface KeySnapshot {
  /** None where there is no file, or it is older than a day: a key may have been revoked since. */
  read(): Promise<KeyCheck[]>;
  write(checks: readonly KeyCheck[]): Promise<void>;
}

const maxAgeMs = 24 * 60 * 60 * 1000;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const snapshotSchema = z.object({
  writtenAt: z.iso.datetime(),
  keys: z.array(
    z.object({
      id: z.string(),
      grants: z.array(grantSchema),
      ratePerSecond: z.number().positive().optional(),
      secretHash: hash,
      previousHash: hash.optional(),
      previousUntil: z.iso.datetime().optional(),
      expiresAt: z.iso.datetime().optional(),
    }),
  ),
});

/**
 * The keys in a file that this user alone reads, written whole and one after the other; one that cannot be read has
 * none.
 */
export function createKeySnapshot(file: string): KeySnapshot {
  let last: Promise<void> = Promise.resolve();
  const write = async (checks: readonly KeyCheck[]): Promise<void> => {
    await mkdir(dirname(file), { recursive: true });
    const own = `${file}.${process.pid}`;
    const content = { writtenAt: new Date().toISOString(), keys: checks };
    await writeFile(own, JSON.stringify(content), { mode: 0o600 });
    await rename(own, file);
  };
  return {
    async read() {
      try {
        const { writtenAt, keys } = snapshotSchema.parse(JSON.parse(await readFile(file, 'utf8')));
        return Date.now() - Date.parse(writtenAt) < maxAgeMs ? keys : [];
      } catch {
        // No file, or one that is not ours to trust: keys are then asked of the registry.
        return [];
      }
    },
    /** One after the other, so that the newest is what stays. */
    write(checks) {
      last = last.catch(() => {}).then(() => write(checks));
      return last;
    },
  };
}
