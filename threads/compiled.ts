import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin, stop } from 'esbuild';
import { compiledFolder } from './folder.ts';

const project = fileURLToPath(new URL('..', import.meta.url));

/** A module goes on knowing where its source lies: what it names relative to itself lies there too. */
const ownUrls: Plugin = {
  name: 'own-urls',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: source.replaceAll('import.meta.url', url), loader: 'ts' };
    }),
};

/** How a thread is started that runs a compiled entry: its errors name lines of the source. */
export const threadFlags = ['--enable-source-maps'];

const compilations = new Map<string, Promise<URL>>();
let underWay = 0;
let folder: Promise<string> | undefined;

/**
 * The entry of a thread, with all that it imports from this project, as one JavaScript file. A thread that runs it needs
 * no loader of TypeScript, which is a thread of its own beside each.
 * @param entry URL of its TypeScript, `new URL('./name.worker.ts', import.meta.url)`. Compiled once a process.
 * @throws Error where it does not compile.
 */
export function compiledEntry(entry: URL): Promise<URL> {
  const known = compilations.get(entry.href);
  if (known) return known;
  const compiling = compile(fileURLToPath(entry)).catch((error: unknown) => {
    compilations.delete(entry.href);
    throw error;
  });
  compilations.set(entry.href, compiling);
  return compiling;
}

async function compile(entry: string): Promise<URL> {
  underWay++;
  try {
    folder ??= compiledFolder(project);
    const outdir = await folder;
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      sourcemap: 'inline',
      sourcesContent: false,
      outdir,
      absWorkingDir: project,
      logLevel: 'silent',
      plugins: [ownUrls],
    });
    return pathToFileURL(await kept(outdir, basename(entry, '.ts'), outputFiles[0].contents));
  } finally {
    underWay--;
    // The compiler is a process, and lives on by itself.
    if (underWay === 0) await stop();
  }
}

/** The path of that content in the folder; two processes may come with it at once. */
async function kept(folder: string, name: string, content: Uint8Array): Promise<string> {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  const path = join(folder, `${name}-${hash}.mjs`);
  if (existsSync(path)) return path;
  const unfinished = `${path}.${randomUUID()}`;
  await writeFile(unfinished, content);
  await rename(unfinished, path);
  return path;
}
