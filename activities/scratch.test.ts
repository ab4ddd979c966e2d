import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sweepScratch, withScratch } from './scratch.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'relevo-scratch-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('gives a folder that is gone afterwards, also after a failure', async () => {
  let seen = '';
  const work = withScratch(root, async (folder) => {
    seen = folder;
    await writeFile(join(folder, 'half'), 'written');
    throw new Error('killed');
  });
  await expect(work).rejects.toThrow('killed');
  expect(seen).not.toBe('');
  expect(existsSync(seen)).toBe(false);
});

it('sweeps what dead processes left and nothing else', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  for (const name of [`${pid}-abc`, `${process.pid}-abc`, 'notes']) await mkdir(join(root, name));
  await sweepScratch(root);
  expect((await readdir(root)).sort()).toEqual([`${process.pid}-abc`, 'notes'].sort());
  await sweepScratch(join(root, 'never-made'));
});
