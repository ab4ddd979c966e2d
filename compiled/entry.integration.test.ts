import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { closePool, runInPool } from '../threads/pool.ts';
import { compiledEntry } from './entry.ts';
import { processArgs } from './process.ts';

const fixture = new URL('../threads/fixture.worker.ts', import.meta.url);

describe('the entry of a thread', () => {
  afterAll(closePool);

  it('finds packages, other rooms and what lies beside its source', async () => {
    expect(await runInPool(fixture, 'look')).toEqual({
      source: 'fixture.worker.ts',
      isThere: true,
      package: 'function',
    });
  });

  it('sees the same where a compiled process compiles it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'relevo-compiled-'));
    const args = await processArgs(new URL('../threads/fixture-main.ts', import.meta.url), folder);
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
    expect(JSON.parse(stdout)).toEqual({ source: 'fixture.worker.ts', isThere: true, package: 'function' });
    await rm(folder, { recursive: true });
  });

  it('names the line of the source where it fails', async () => {
    const failed: Error = await runInPool(fixture, 'fail').then(
      () => expect.unreachable(),
      (error) => error,
    );
    expect(failed.stack).toMatch(/threads\/fixture\.worker\.ts:8:/);
  });

  it('is one file, whoever asks for it and however many at once', async () => {
    const entries = await Promise.all([compiledEntry(fixture), compiledEntry(new URL(fixture))]);
    expect(entries[0]).toBe(entries[1]);
    expect((await stat(entries[0])).mode & 0o022).toBe(0);
  });

  it('says what does not compile, and compiles once it is mended', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'relevo-entry-'));
    const entry = new URL(`file://${folder}/broken.worker.ts`);
    await writeFile(entry, 'export default (: number) => 1;');
    await expect(compiledEntry(entry)).rejects.toThrow(/broken\.worker\.ts:1:16/);
    await writeFile(entry, 'export default (): number => 1;');
    expect((await compiledEntry(entry)).pathname).toMatch(/broken\.worker-[0-9A-Z]{8}\.mjs$/);
    await rm(folder, { recursive: true });
  });
});
