import { spawn } from 'node:child_process';
import { readdir, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { scratchFolder } from './scratch.ts';
import { adopt } from './temporal-binary.ts';

/** No byte for so long means that there is no way out to the network. */
const silenceMs = 20_000;
const program = fileURLToPath(new URL('./temporal-download-main.ts', import.meta.url));

async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (file) => file.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Runs the SDK's download; gives why it failed, undefined where it went well. */
async function fetchInto(
  folder: string,
  onProgress: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = spawn(process.execPath, ['--import', loader, program, folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  let bytes = 0;
  let grewAt = performance.now();
  let silent = false;
  const watch = setInterval(async () => {
    const now = await folderBytes(folder);
    if (now > bytes) {
      bytes = now;
      grewAt = performance.now();
      onProgress(`downloading the Temporal server: ${(bytes / 1e6).toFixed(0)} MB`);
    } else if (performance.now() - grewAt > silenceMs) {
      silent = true;
      child.kill('SIGKILL');
    }
  }, 500);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    if (code === 0) return undefined;
    if (silent) return `nothing arrived for ${silenceMs / 1000} s`;
    // The SDK nests its reasons, outermost first, each repeating the address.
    return stderr.trim().split('): ').at(-1)?.slice(0, 300) ?? `it ended with ${code}`;
  } catch (error) {
    return String(error);
  } finally {
    clearInterval(watch);
  }
}

/** Lets the Temporal SDK download its server into the cache. Gives why that failed, undefined where it went well. */
export async function downloadTemporal(
  cacheDir: string,
  onProgress: (line: string) => void,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const folder = await scratchFolder(cacheDir, 'download');
  try {
    const failure = await fetchInto(folder, onProgress, signal);
    if (failure !== undefined) return failure;
    const file = (await readdir(folder)).find((name) => name.startsWith('temporal'));
    return file === undefined ? 'the SDK left no program' : await adopt(join(folder, file), cacheDir);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
