import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../cli/relevo.js', import.meta.url));

type Variables = Record<string, string | undefined>;

/** A `relevo` that runs as a process of its own, as a person would start it without a terminal. */
export interface CliProcess {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Waits until stdout and stderr together match; fails with both where the process ends or time runs out first. */
  waitFor(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray>;
  /** Exit code, or the name of the signal. */
  ended: Promise<number | string>;
}

export function startCli(args: string[], variables: Variables = {}, input?: string): CliProcess {
  const child = spawn(process.execPath, [launcher, ...args], {
    env: { ...process.env, NO_COLOR: '1', RELEVO_LANG: 'en', ...variables } as NodeJS.ProcessEnv,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  child.stdin?.end(input);
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | string);

  async function waitFor(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    const deadlineMs = Date.now() + timeoutMs;
    let over = false;
    void ended.then(() => {
      over = true;
    });
    for (;;) {
      const found = pattern.exec(written.stdout + written.stderr);
      if (found) return found;
      if (over || Date.now() > deadlineMs) {
        throw new Error(
          `${over ? 'ended' : 'time ran out'} before ${pattern}:\n${written.stdout}\n${written.stderr}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return { child, stdout: () => written.stdout, stderr: () => written.stderr, waitFor, ended };
}

/** Runs a command to its end. */
export async function runCli(
  args: string[],
  variables: Variables = {},
  input?: string,
): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const cli = startCli(args, variables, input);
  const code = await cli.ended;
  return { code, stdout: cli.stdout(), stderr: cli.stderr() };
}
