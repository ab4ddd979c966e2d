import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { Service } from './child.ts';
import { backoffMs, keep } from './keeper.ts';
import { isAlive, refOf } from './processes.ts';

const stopping: AbortController[] = [];
afterEach(() => {
  for (const controller of stopping.splice(0)) controller.abort();
});

/** A real process that runs a script, as a service. */
function serviceOf(script: string): Service {
  const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  const ended = once(child, 'exit').then(([code, signal]) => signal ?? `exit code ${code}`);
  return {
    pid: child.pid ?? -1,
    ended,
    logFile: '/nowhere',
    kill: () => void child.kill('SIGKILL'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const forever = 'setInterval(() => {}, 1000)';

function keepScript(script: string, options: { maxCrashes?: number } = {}) {
  const controller = new AbortController();
  stopping.push(controller);
  const seen = { pids: [] as number[], crashes: [] as string[] };
  const keeper = keep({
    name: 'part',
    start: async () => serviceOf(script),
    signal: controller.signal,
    firstDelayMs: 5,
    onStarted: ({ pid }) => seen.pids.push(pid),
    onCrash: (how) => seen.crashes.push(how),
    ...options,
  });
  return { keeper, controller, seen };
}

describe('a keeper', () => {
  it('starts a killed process again', async () => {
    const { keeper, controller, seen } = keepScript(forever);
    const first = await keeper.started;
    first.kill();
    await expect.poll(() => seen.pids.length).toBe(2);
    expect(seen.crashes).toEqual(['SIGKILL']);
    controller.abort();
    await keeper.stop();
    expect(seen.pids.some((pid) => isAlive(refOf(pid)))).toBe(false);
  });

  it('gives up on one that ends again and again', async () => {
    const { keeper, seen } = keepScript('process.exit(3)', { maxCrashes: 3 });
    await expect(keeper.gaveUp).rejects.toMatchObject({
      code: 'PROCESS_CRASHED',
      message: expect.stringContaining('exit code 3'),
    });
    expect(seen.pids).toHaveLength(3);
  });

  it('takes an end for no crash once it is told to stop', async () => {
    const { keeper, controller, seen } = keepScript(forever);
    await keeper.started;
    controller.abort();
    await keeper.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen.crashes).toEqual([]);
    expect(seen.pids).toHaveLength(1);
  });

  it('ends a start that was under way when told to stop', async () => {
    const controller = new AbortController();
    stopping.push(controller);
    let pid = 0;
    const keeper = keep({
      name: 'part',
      signal: controller.signal,
      async start() {
        const service = serviceOf(forever);
        pid = service.pid;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return service;
      },
      onStarted: () => {},
      onCrash: () => {},
    });
    controller.abort();
    await keeper.stop();
    expect(isAlive(refOf(pid))).toBe(false);
  });

  it('waits twice as long each time, up to half a minute', () => {
    expect([1, 2, 3, 4, 10].map((crashes) => backoffMs(crashes, 1000))).toEqual([
      1000, 2000, 4000, 8000, 30_000,
    ]);
  });
});
