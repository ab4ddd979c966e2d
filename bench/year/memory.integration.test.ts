import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { heldBy, watchedEnvironment } from './memory.ts';

/** Holds 8 MiB, and calls 300 functions as often as it is asked to. */
const program = `
  const held = new Float64Array(2 ** 20).fill(1);
  const functions = Array.from({ length: 300 }, (_, k) =>
    new Function('n', 'let sum = 0; for (let i = 0; i < n; i++) sum += (i * ' + k + ') % 7; return sum;'));
  process.on('message', (times) => {
    for (let time = 0; time < times; time++) for (const one of functions) held[0] += one(100);
    process.send('done');
  });
  process.send('ready');
`;

let child: ChildProcess | undefined;
let folder = '';
afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

async function startChild(): Promise<{ child: ChildProcess; pid: number }> {
  folder = await mkdtemp(join(tmpdir(), 'relevo-held-'));
  child = spawn(process.execPath, ['-e', program], {
    env: { ...process.env, ...watchedEnvironment(folder) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  if (child.pid === undefined) throw new Error('the child has not started');
  return { child, pid: child.pid };
}

describe('heldBy', () => {
  it('tells the code of functions that have become hot from what is held', async () => {
    const { child, pid } = await startChild();
    const callThem = async (times: number) => {
      const done = once(child, 'message');
      child.send(times);
      await done;
      const held = await heldBy(folder, pid);
      if (held === undefined) throw new Error('the child does not answer');
      return held;
    };
    const cold = await callThem(20);
    const hot = await callThem(5_000);
    expect(cold.heldMiB).toBeGreaterThan(8);
    const compiledMiB = hot.codeMiB - cold.codeMiB;
    expect(compiledMiB).toBeGreaterThan(0.2);
    expect(Math.abs(hot.heldMiB - cold.heldMiB)).toBeLessThan(compiledMiB);
  });
});
