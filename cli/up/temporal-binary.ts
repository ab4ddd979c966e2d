import { execFile } from 'node:child_process';
import { access, chmod, constants, mkdir, rename } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Worker deployments, current details and the flags that `startTemporal` uses need this server at least. */
export const oldestServer = '1.28.0';

const isOlder = (version: string, than: string): boolean =>
  version.localeCompare(than, 'en', { numeric: true }) < 0;

/** Why a program cannot be used as the Temporal server; undefined where it can. */
export async function faultOf(program: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, ['--version'], { timeout: 20_000 });
    const server = /^temporal version .*\(Server (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
    if (server === undefined) return `it answers "${stdout.trim().slice(0, 80)}" to --version`;
    return isOlder(server, oldestServer)
      ? `it holds server ${server}, and ${oldestServer} is needed`
      : undefined;
  } catch (error) {
    return `it does not run: ${error instanceof Error ? error.message.trim().split('\n')[0] : String(error)}`;
  }
}

/** The first `name` on PATH that is a program. */
export async function onPath(name: string, path: string | undefined): Promise<string | undefined> {
  for (const folder of (path ?? '').split(delimiter).filter((entry) => entry !== '')) {
    const program = join(folder, name);
    const runs = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return program;
  }
  return undefined;
}

/** Path of the program that `adopt` puts into the cache, whether or not it is there yet. */
export const cachedBinary = (cacheDir: string): string => join(cacheDir, 'temporal');

/** Takes a program into the cache in one step, once it has proved to be whole. Gives its fault, if any. */
export async function adopt(program: string, cacheDir: string): Promise<string | undefined> {
  await chmod(program, 0o755);
  const fault = await faultOf(program);
  if (fault !== undefined) return fault;
  await mkdir(cacheDir, { recursive: true });
  await rename(program, cachedBinary(cacheDir));
  return undefined;
}
