import { mkdir, mkdtemp, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiledEntry } from './compiled.ts';
import { compiledFolder } from './folder.ts';
import { closePool, runInPool } from './pool.ts';

const fixture = new URL('./fixture.worker.ts', import.meta.url);

describe('the entry of a thread', () => {
  afterAll(closePool);

  it('finds packages, other rooms and what lies beside its source', async () => {
    expect(await runInPool(fixture, 'look')).toEqual({
      source: 'fixture.worker.ts',
      isThere: true,
      package: 'function',
    });
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
    expect((await compiledEntry(entry)).pathname).toMatch(/broken\.worker-[0-9a-f]{16}\.mjs$/);
    await rm(folder, { recursive: true });
  });
});

describe('the folder of compiled code', () => {
  let project: string;
  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'relevo-project-'));
  });
  afterAll(() => rm(project, { recursive: true }));

  it("is private, and leads to the packages, where the packages' own cannot be written", async () => {
    const packages = join(project, 'node_modules');
    await mkdir(packages);
    await writeFile(join(packages, '.cache'), 'no folder');
    const folder = await compiledFolder(project);
    expect(folder).not.toContain(packages);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readlink(join(folder, 'node_modules'))).toBe(packages);
  });
});
