import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Longer than any fetch or build may take: what is older was left by a process that was killed. */
const abandonedAfterMs = 2 * 60 * 60_000;

/** A new folder in the cache to work in; the caller removes it. Those that killed processes left are swept away. */
export async function scratchFolder(cacheDir: string, purpose: string): Promise<string> {
  await mkdir(cacheDir, { recursive: true });
  const prefix = `${purpose}-`;
  for (const name of await readdir(cacheDir)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(cacheDir, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > abandonedAfterMs) await rm(path, { recursive: true, force: true });
  }
  return mkdtemp(join(cacheDir, prefix));
}
