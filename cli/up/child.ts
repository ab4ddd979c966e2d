import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { processArgs } from '../../compiled/process.ts';
import { RelevoError } from '../../contracts/errors.ts';
import { killDelayMs } from '../../temporal.config.ts';
import { shortPath } from './addresses.ts';
import { prepareLog, tailOf } from './logs.ts';

/** A part of the stack that runs: its process, how it ended, how to stop it. */
export interface Service {
  pid: number;
  /** Settles when the process is gone, with a word on how: `exit code 1`, `signal SIGKILL`. */
  ended: Promise<string>;
  /** The process's log, for its last words. */
  logFile: string;
  /** Asks it to end, and makes it after a while. */
  stop(): Promise<void>;
  /** Ends it now. */
  kill(): void;
}

export interface ChildOptions {
  name: string;
  /** Entry point, relative to the project. */
  entry: string;
  home: string;
  env: Record<string, string | undefined>;
  nodeFlags?: string[];
  readyTimeoutMs?: number;
  signal?: AbortSignal;
}

const projectDir = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * glibc gives up to eight heaps a processor to the threads of Temporal's core, DuckDB and XGBoost, and hands back little
 * of what lay in them: over weeks a worker grows by a third of its memory without holding any of it. What is set stays.
 */
const fewHeaps = { MALLOC_ARENA_MAX: '2' };
/**
 * V8 collects garbage and compiles with four threads of its own, whatever the machine has. On few cores they take the one
 * that answers requests: a collection of all generations held them up for tens of milliseconds. So one core is left.
 */
const fewHelpers = `--v8-pool-size=${Math.max(1, Math.min(4, availableParallelism() - 1))}`;
/** How processes of the stack are started: the young generation of one that is mostly idle stays small. */
export const childNode = {
  flags: [fewHelpers],
  modestFlags: [fewHelpers, '--max-semi-space-size=8'],
  env: fewHeaps,
};

const wordsOf = (code: number | null, signal: string | null): string =>
  signal === null ? `exit code ${code}` : `signal ${signal}`;

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

/**
 * Starts an entry point as a process of its own and waits for its `ready` message. It has its own process
 * group, so that Ctrl-C reaches the supervisor alone and the order of stopping is kept; it writes its log
 * itself; and it ends when the channel to a dead supervisor closes.
 * @throws RelevoError PROCESS_CRASHED where it does not compile, and with the end of its log where it ends or is silent too long.
 */
export async function startChild(options: ChildOptions): Promise<Service> {
  const { name, entry, home, env, nodeFlags = childNode.flags, readyTimeoutMs = 90_000, signal } = options;
  const logFile = prepareLog(home, name);
  const args = [...nodeFlags, ...(await argsOf(name, resolve(projectDir, entry), home))];
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, args, {
    cwd: projectDir,
    env: { ...childNode.env, ...env } as NodeJS.ProcessEnv,
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  const ended = once(child, 'exit').then(([code, by]) => wordsOf(code, by));
  try {
    await ready(child, ended, { name, logFile, readyTimeoutMs, signal });
  } catch (error) {
    killGroup(child, 'SIGKILL');
    throw error;
  }
  return {
    pid: child.pid ?? -1,
    ended,
    logFile,
    kill: () => killGroup(child, 'SIGKILL'),
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => killGroup(child, 'SIGKILL'), killDelayMs);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Where a home's processes lie compiled, until its next start. */
export const compiledDir = (home: string): string => join(home, 'cache', 'processes');

async function argsOf(name: string, entry: string, home: string): Promise<string[]> {
  try {
    return await processArgs(pathToFileURL(entry), compiledDir(home));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RelevoError(
      'PROCESS_CRASHED',
      `The process "${name}" does not compile: ${why}`,
      { where: shortPath(entry), remedy: 'Mend what it names; "npm run types" says all that is wrong.' },
      { cause },
    );
  }
}

interface ReadyOptions {
  name: string;
  logFile: string;
  readyTimeoutMs: number;
  signal: AbortSignal | undefined;
}

function ready(child: ChildProcess, ended: Promise<string>, options: ReadyOptions): Promise<void> {
  const { name, logFile, readyTimeoutMs, signal } = options;
  return new Promise((resolve, reject) => {
    const fail = (how: string): void => settle(() => reject(crashed(name, how, logFile)));
    const late = setTimeout(() => fail(`was not ready after ${readyTimeoutMs / 1000} s`), readyTimeoutMs);
    const aborted = (): void => settle(() => reject(signal?.reason));
    const heard = (message: unknown): void => {
      if ((message as { type?: string } | null)?.type === 'ready') settle(resolve);
    };
    const settle = (finish: () => void): void => {
      clearTimeout(late);
      signal?.removeEventListener('abort', aborted);
      child.off('message', heard);
      finish();
    };
    signal?.addEventListener('abort', aborted);
    child.on('message', heard);
    child.once('error', (error) => fail(error.message));
    void ended.then((how) => fail(`ended (${how})`));
  });
}

const tailLines = 12;

/** The error of a process that went away, with the last lines of its log. */
export function crashed(name: string, how: string, logFile: string): RelevoError {
  const tail = tailOf(logFile, tailLines);
  const words = tail.length > 0 ? `; its log ends:\n${tail.map((line) => `    ${line}`).join('\n')}` : '';
  return new RelevoError('PROCESS_CRASHED', `The process "${name}" ${how}${words}`, {
    where: shortPath(logFile),
    remedy: 'Read its log; "relevo doctor" checks the installation.',
  });
}
