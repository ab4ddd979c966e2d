import { execFile, spawn } from 'node:child_process';
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { z } from 'zod';
import { scratchFolder } from './scratch.ts';
import { adopt } from './temporal-binary.ts';

const run = promisify(execFile);

/** The newest of the CLI that `go install` can build: later ones carry a `replace`. */
const goPackage = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
const reportEveryMs = 5_000;
const timeoutMs = 30 * 60_000;

const cachesSchema = z.object({ GOMODCACHE: z.string(), GOCACHE: z.string() });

/** Whether Go has caches of its own to build with: a person who never used Go gets no gigabyte in the home folder. */
async function hasCaches(): Promise<boolean> {
  try {
    const { stdout } = await run('go', ['env', '-json', 'GOMODCACHE', 'GOCACHE']);
    const { GOMODCACHE, GOCACHE } = cachesSchema.parse(JSON.parse(stdout));
    await Promise.all([access(GOMODCACHE), access(GOCACHE)]);
    return true;
  } catch {
    return false;
  }
}

async function buildEnvironment(scratch: string): Promise<NodeJS.ProcessEnv> {
  const env = { ...process.env, GOBIN: join(scratch, 'bin') };
  if (await hasCaches()) return env;
  return {
    ...env,
    GOPATH: join(scratch, 'go'),
    GOMODCACHE: join(scratch, 'go', 'mod'),
    GOCACHE: join(scratch, 'go', 'build'),
    // Module caches are read-only otherwise, and could not be removed afterwards.
    GOFLAGS: `${process.env.GOFLAGS ?? ''} -modcacherw`.trim(),
  };
}

/** Runs `go install`, telling how far it is; gives why it failed, undefined where it went well. */
async function install(
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const child = spawn('go', ['install', '-v', '-ldflags', '-s -w', goPackage], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, so that the compilers that Go starts end with it.
    detached: true,
  });
  const kill = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  const count = { downloaded: 0, compiled: 0 };
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith('go: downloading')) count.downloaded++;
    else if (/^[\w./~-]+$/.test(line)) count.compiled++;
    else lines.push(line);
  });
  const startedAt = performance.now();
  const report = (): void => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const { downloaded, compiled } = count;
    onProgress(
      `building the Temporal server with Go: ${downloaded} modules fetched, ${compiled} packages compiled, ${seconds} s`,
    );
  };
  const reporter = setInterval(report, reportEveryMs);
  const timeout = setTimeout(kill, timeoutMs);
  signal?.addEventListener('abort', kill);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    report();
    return code === 0 ? undefined : lines.slice(-3).join(' ').slice(0, 400) || `go ended with ${code}`;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
      ? 'there is no Go on PATH'
      : String(error);
  } finally {
    signal?.removeEventListener('abort', kill);
    clearInterval(reporter);
    clearTimeout(timeout);
  }
}

/** Builds the Temporal server into the cache. Gives why that failed, undefined where it went well. */
export async function buildTemporal(
  cacheDir: string,
  onProgress: (line: string) => void,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const scratch = await scratchFolder(cacheDir, 'build');
  try {
    const failure = await install(await buildEnvironment(scratch), onProgress, signal);
    return failure ?? (await adopt(join(scratch, 'bin', 'temporal'), cacheDir));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
