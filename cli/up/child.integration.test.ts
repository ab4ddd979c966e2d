import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChild } from './child.ts';
import { isAlive, refOf } from './processes.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'relevo-child-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

interface Given {
  readyTimeoutMs?: number;
  signal?: AbortSignal;
  env?: Record<string, string | undefined>;
}

function start(source: string, { env, ...options }: Given = {}) {
  const entry = join(home, 'entry.ts');
  writeFileSync(entry, source);
  return startChild({
    name: 'part',
    entry,
    home,
    env: { PATH: process.env.PATH, HOME: home, ...env },
    ...options,
  });
}

const ready = "process.send?.({ type: 'ready' }); setInterval(() => {}, 1000);";

describe('a child', () => {
  it('runs TypeScript, is ready when it says so, and ends when told to', async () => {
    const service = await start(`const word: string = 'typed'; console.log(word); ${ready}`);
    expect(isAlive(refOf(service.pid))).toBe(true);
    await service.stop();
    expect(await service.ended).toBe('signal SIGTERM');
    expect(isAlive(refOf(service.pid))).toBe(false);
    expect(readFileSync(service.logFile, 'utf8')).toBe('typed\n');
  });

  it('keeps to few heaps, unless told otherwise', async () => {
    const source = `console.log(process.env.MALLOC_ARENA_MAX); ${ready}`;
    const said: string[] = [];
    for (const env of [{}, { MALLOC_ARENA_MAX: '7' }]) {
      const service = await start(source, { env });
      await service.stop();
      said.push(readFileSync(service.logFile, 'utf8').trim().split('\n').at(-1) ?? '');
    }
    expect(said).toEqual(['2', '7']);
  });

  it('leaves a core to what is not V8 of its own', async () => {
    const service = await start(`console.log(process.execArgv.join(' ')); ${ready}`);
    await service.stop();
    const pool = /--v8-pool-size=(\d)/.exec(readFileSync(service.logFile, 'utf8'));
    expect(Number(pool?.[1])).toBeGreaterThanOrEqual(1);
    expect(Number(pool?.[1])).toBeLessThanOrEqual(Math.max(1, availableParallelism() - 1));
  });

  it('that ends before it is ready is told with the end of its log', async () => {
    const starting = start("console.error('no database'); process.exit(4);");
    await expect(starting).rejects.toMatchObject({
      code: 'PROCESS_CRASHED',
      message: expect.stringMatching(/"part" ended \(exit code 4\)[\s\S]*no database/),
    });
  });

  it('that does not compile is told with the line', async () => {
    await expect(start('const word: string = ;')).rejects.toMatchObject({
      code: 'PROCESS_CRASHED',
      message: expect.stringMatching(/"part" does not compile[\s\S]*entry\.ts:1:21/),
    });
  });

  it('that stays silent is ended', async () => {
    const starting = start('setInterval(() => {}, 1000);', { readyTimeoutMs: 1500 });
    await expect(starting).rejects.toMatchObject({
      message: expect.stringContaining('not ready after 1.5 s'),
    });
  });

  it('that starts is ended when the start is given up', async () => {
    const controller = new AbortController();
    const mark = join(home, 'pid');
    const starting = start(
      `import { writeFileSync } from 'node:fs'; writeFileSync('${mark}', String(process.pid)); setInterval(() => {}, 1000);`,
      { signal: controller.signal },
    );
    starting.catch(() => {});
    await expect
      .poll(() => existsSync(mark) && readFileSync(mark, 'utf8'), { timeout: 10_000 })
      .toMatch(/\d/);
    controller.abort();
    await expect(starting).rejects.toThrow();
    const pid = Number(readFileSync(mark, 'utf8'));
    await expect.poll(() => isAlive(refOf(pid))).toBe(false);
  });

  it('has a process group of its own, out of reach of a Ctrl-C in the terminal', async () => {
    const service = await start(ready);
    const stat = readFileSync(`/proc/${service.pid}/stat`, 'utf8');
    const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
    expect(group).toBe(service.pid);
    await service.stop();
  });
});
