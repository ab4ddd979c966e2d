import { compile, project } from './compile.ts';
import { threadsFolder } from './folder.ts';

const compilations = new Map<string, Promise<URL>>();
let folder: Promise<string> | undefined;

/**
 * The entry of a thread, compiled. Compiled once a process: all of its threads run the same code.
 * @param entry URL of its TypeScript, `new URL('./name.worker.ts', import.meta.url)`.
 * @throws Error where it does not compile.
 */
export function compiledEntry(entry: URL): Promise<URL> {
  const known = compilations.get(entry.href);
  if (known) return known;
  folder ??= threadsFolder(project);
  const compiling = folder
    .then((path) => compile(entry, path))
    .catch((error: unknown) => {
      compilations.delete(entry.href);
      throw error;
    });
  compilations.set(entry.href, compiling);
  return compiling;
}
