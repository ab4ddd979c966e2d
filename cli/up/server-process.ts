import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { removeLease, writeLease } from './leftovers.ts';
import { rotateLog } from './logs.ts';

export interface ServerCommand {
  path: string;
  args: string[];
  env: Record<string, string>;
  /** The account it runs under, where not this process's own. */
  account?: { uid: number; gid: number };
  logFile: string;
  leaseFile: string;
  stopSignal: NodeJS.Signals;
  /** How long it may take to stop before it is killed. */
  graceMs: number;
}

export interface ServerProcess {
  pid: number;
  /** Resolves when the process is gone, with what to tell a person about it. */
  exited: Promise<string>;
  hasExited(): boolean;
  stop(): Promise<void>;
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  rotateLog(file);
  return openSync(file, 'a', 0o600);
}

function launch(command: ServerCommand): ChildProcess {
  const log = openLog(command.logFile);
  try {
    return spawn(command.path, command.args, {
      ...command.account,
      env: command.env,
      cwd: '/',
      stdio: ['ignore', log, log],
      // A group of its own: Ctrl-C in the terminal reaches the supervisor, which stops its parts in order.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

/**
 * Starts a server as a child that outlives nothing but a crash of its supervisor, and notes it in the lease.
 * @throws Error of `spawn` where the program cannot be started.
 */
export async function startServerProcess(command: ServerCommand): Promise<ServerProcess> {
  const child = launch(command);
  const { pid } = child;
  if (pid === undefined) throw await new Promise((resolve) => child.once('error', resolve));
  writeLease(command.leaseFile, pid);
  let gone = false;
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      gone = true;
      removeLease(command.leaseFile);
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  });
  const stop = async (): Promise<void> => {
    if (gone) return;
    child.kill(command.stopSignal);
    const killer = setTimeout(() => child.kill('SIGKILL'), command.graceMs);
    await exited;
    clearTimeout(killer);
  };
  return { pid, exited, hasExited: () => gone, stop };
}
