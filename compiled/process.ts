import { fileURLToPath } from 'node:url';
import { compile, compiledFlags, project } from './compile.ts';
import { leadToPackages } from './folder.ts';

/**
 * What Node is told to run an entry as a process of its own, compiled from what is on the disk now.
 * @param entry URL of its TypeScript.
 * @param folder where it comes to lie; it must stay as long as the process may start others like itself.
 * @throws Error where it does not compile.
 */
export async function processArgs(entry: URL, folder: string): Promise<string[]> {
  await leadToPackages(folder, project);
  return [...compiledFlags, fileURLToPath(await compile(entry, folder))];
}
