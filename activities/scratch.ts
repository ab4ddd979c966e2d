import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Runs `work` with a folder of its own below `root`, gone afterwards. The folder's name begins with this process's id. */
export async function withScratch<T>(root: string, work: (folder: string) => Promise<T>): Promise<T> {
  await mkdir(root, { recursive: true });
  const folder = await mkdtemp(join(root, `${process.pid}-`));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes what processes that were killed have left below `root`. */
export async function sweepScratch(root: string): Promise<void> {
  const names = await readdir(root).catch(() => []);
  const abandoned = names.filter((name) => {
    const pid = Number(name.split('-')[0]);
    return Number.isInteger(pid) && pid > 0 && !isAlive(pid);
  });
  await Promise.all(abandoned.map((name) => rm(join(root, name), { recursive: true, force: true })));
}
