import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseEnvironment, watchRoot } from '../../contracts/env.ts';
import { withWatch } from './watch.ts';

const folder = await mkdtemp(join(tmpdir(), 'relevo-watch-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const env = parseEnvironment({ RELEVO_WATCH: folder });

it('takes the folder of the option before that of the settings', async () => {
  expect(await withWatch(parseEnvironment({}), undefined)).not.toHaveProperty('RELEVO_WATCH', folder);
  expect(await withWatch(env, undefined)).toMatchObject({ RELEVO_WATCH: folder });
  const given = relative(process.cwd(), folder);
  const other = parseEnvironment({ RELEVO_WATCH: '/elsewhere' });
  expect(await withWatch(other, given)).toMatchObject({ RELEVO_WATCH: folder });
});

it('takes a bucket and its prefix, but no address that is half of one', async () => {
  const address = 's3://plant-data/incoming';
  expect(await withWatch(env, address)).toMatchObject({ RELEVO_WATCH: address });
  const named = parseEnvironment({ RELEVO_WATCH: address, RELEVO_DATA: folder });
  expect(await withWatch(named, undefined)).toMatchObject({ RELEVO_WATCH: address });
  expect(watchRoot(named)).toBe(folder);
  expect(watchRoot(env)).toBe(folder);
  await expect(withWatch(env, 's3://Plant Data')).rejects.toMatchObject({ details: { field: '--watch' } });
  expect(() => parseEnvironment({ RELEVO_WATCH: 's3://x' })).toThrow('s3://bucket/prefix');
});

it('refuses what is no folder, and says which setting named it', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(withWatch(env, join(folder, 'file'))).rejects.toMatchObject({
    code: 'ENVIRONMENT_INVALID',
    details: { field: '--watch' },
  });
  await expect(withWatch(parseEnvironment({ RELEVO_WATCH: '/not/there' }), undefined)).rejects.toMatchObject({
    details: { field: 'RELEVO_WATCH', value: '/not/there' },
  });
});
