import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { everyPipeline } from '../../contracts/security.ts';
import {
  digestOf,
  formatKey,
  hashOf,
  newCredential,
  parseKey,
  sameDigest,
} from '../../registry/access/credentials.ts';
import type { ApiKeyRegistry } from '../../registry/access/types.ts';

/** The administrator's key of whoever owns a home, in a file that nobody else reads. */
const fileOf = (home: string): string => join(home, 'command-line.key');

/** The key in a home's file, which may open nothing any more; undefined where there is no file to read. */
export function readHomeKey(home: string): string | undefined {
  try {
    return readFileSync(fileOf(home), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Makes the home's key where there is none, or the one in the file opens nothing any more. */
export async function ensureHomeKey(
  home: string,
  keys: Pick<ApiKeyRegistry, 'check' | 'create'>,
): Promise<void> {
  const known = parseKey(readHomeKey(home) ?? '');
  const check = known && (await keys.check(known.id));
  if (known !== undefined && check !== undefined) {
    if (sameDigest(digestOf(known.secret), Buffer.from(check.secretHash, 'hex'))) return;
  }
  const credential = newCredential();
  const file = fileOf(home);
  await mkdir(dirname(file), { recursive: true });
  const own = `${file}.${process.pid}`;
  await writeFile(own, `${formatKey(credential)}\n`, { mode: 0o600 });
  await keys.create({
    ...{ id: credential.id, secretHash: hashOf(credential.secret) },
    name: 'command line of the home',
    grants: [{ role: 'admin', pipeline: everyPipeline }],
    createdBy: 'relevo up',
  });
  await rename(own, file);
}
