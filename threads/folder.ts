import { rmSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder for compiled code from which a project's packages are found: below its `node_modules`, or where that belongs
 * to somebody else, a private one that leads there and goes with the process.
 */
export async function compiledFolder(project: string): Promise<string> {
  const packages = join(project, 'node_modules');
  const folder = join(packages, '.cache', 'relevo', 'threads');
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return folder;
  } catch {
    return await privateFolder(packages);
  }
}

async function privateFolder(packages: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-threads-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await symlink(packages, join(folder, 'node_modules'));
  return folder;
}
