import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from './scratch.ts';

test('what killed processes left long ago is swept away, and only that', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'relevo-scratch-'));
  for (const name of ['build-old', 'build-young', 'download-old', 'temporal']) await mkdir(join(cache, name));
  const longAgo = new Date(Date.now() - 3 * 60 * 60_000);
  for (const name of ['build-old', 'download-old', 'temporal'])
    await utimes(join(cache, name), longAgo, longAgo);
  const folder = await scratchFolder(cache, 'build');
  expect((await readdir(cache)).sort()).toEqual(
    [basename(folder), 'build-young', 'download-old', 'temporal'].sort(),
  );
  await rm(cache, { recursive: true });
});
