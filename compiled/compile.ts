import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type OutputFile, type Plugin, stop } from 'esbuild';

/** Of which every entry is a part. */
export const project = fileURLToPath(new URL('..', import.meta.url));

/** Never spelled out: this file is compiled too, and would name its own place for everybody's. */
const ownUrl = ['import', 'meta', 'url'].join('.');

/** A module goes on knowing where its source lies: what it names relative to itself lies there too. */
const ownUrls: Plugin = {
  name: 'own-urls',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: source.replaceAll(ownUrl, url), loader: 'ts' };
    }),
};

/** How Node runs compiled code: its errors name lines of the source. */
export const compiledFlags = ['--enable-source-maps'];

let underWay = 0;

/**
 * Compiles an entry, with all that it imports from this project, into one JavaScript file and one for each module that it
 * imports when it runs. Who runs it needs no loader of TypeScript, which is a thread of its own.
 * @param entry URL of its TypeScript.
 * @param folder where the files come to lie, and packages are found.
 * @returns the URL of what to run; the same for the same sources.
 * @throws Error where it does not compile.
 */
export async function compile(entry: URL, folder: string): Promise<URL> {
  underWay++;
  try {
    const path = fileURLToPath(entry);
    const { outputFiles, metafile } = await build({
      ...{ entryPoints: [path], bundle: true, write: false, metafile: true },
      ...{ platform: 'node', format: 'esm', target: 'node20', packages: 'external', splitting: true },
      ...{ entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]', outExtension: { '.js': '.mjs' } },
      ...{ sourcemap: 'inline', sourcesContent: false },
      outdir: folder,
      absWorkingDir: project,
      logLevel: 'silent',
      plugins: [ownUrls],
    });
    for (const file of outputFiles) await keep(file);
    const source = relative(project, path);
    const main = Object.keys(metafile.outputs).find((name) => metafile.outputs[name].entryPoint === source);
    return pathToFileURL(join(project, String(main)));
  } finally {
    underWay--;
    // The compiler is a process, and lives on by itself.
    if (underWay === 0) await stop();
  }
}

/** Two processes may come with the same file at once: it is there as a whole or not at all. */
async function keep({ path, contents }: OutputFile): Promise<void> {
  if (existsSync(path)) return;
  const unfinished = `${path}.${randomUUID()}`;
  await writeFile(unfinished, contents);
  await rename(unfinished, path);
}
