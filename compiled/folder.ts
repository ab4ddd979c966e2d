import { rmSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What runs the code: threads of any process that has the same sources, or processes that this one starts. */
export type CompiledKind = 'threads' | 'processes';

/**
 * A folder for compiled code from which a project's packages are found. It lies below its `node_modules`, or where that
 * belongs to somebody else, in a private place that leads there. What threads run is kept; what processes run is
 * megabytes, and goes with the process that starts them.
 */
export async function compiledFolder(project: string, kind: CompiledKind): Promise<string> {
  const packages = join(project, 'node_modules');
  const folder = join(packages, '.cache', 'relevo', kind);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch {
    const own = await goingFolder(tmpdir(), 'relevo-compiled-');
    await symlink(packages, join(own, 'node_modules'));
    return own;
  }
  if (kind === 'threads') return folder;
  await removeLeft(folder);
  return await goingFolder(folder, `${process.pid}-`);
}

async function goingFolder(parent: string, prefix: string): Promise<string> {
  const folder = await mkdtemp(join(parent, prefix));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Folders of processes that were killed. */
async function removeLeft(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (!isAlive(Number.parseInt(name, 10))) await rm(join(folder, name), { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
