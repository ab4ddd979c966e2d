import { rmSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder for what threads run, from which a project's packages are found: below its `node_modules`, or where that
 * belongs to somebody else, a private one that leads there and goes with the process.
 */
export async function threadsFolder(project: string): Promise<string> {
  const folder = join(project, 'node_modules', '.cache', 'relevo', 'threads');
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return folder;
  } catch {
    return await privateFolder(project);
  }
}

async function privateFolder(project: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-threads-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await leadToPackages(folder, project);
  return folder;
}

/** Makes a folder, wherever it lies, one from which a project's packages are found. */
export async function leadToPackages(folder: string, project: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const [link, packages] = [join(folder, 'node_modules'), join(project, 'node_modules')];
  const leadsTo = await readlink(link).catch(() => undefined);
  // Not made anew where it is right: who was started from here may be looking for packages now.
  if (leadsTo === packages) return;
  if (leadsTo !== undefined) await rm(link, { force: true });
  await symlink(packages, link).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}
