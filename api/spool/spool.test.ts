import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSpool, type Spool } from './spool.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-spool-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (maxBytes = 1e6): Promise<Spool> => openSpool(folder, { suffix: '.copy1', maxBytes });
const oldestText = async (spool: Spool): Promise<string | undefined> =>
  (await spool.oldest())?.data.toString();

test('gives back what was put, oldest first, also to the next process', async () => {
  const spool = await open();
  await spool.put('01', Buffer.from('first'));
  await spool.put('02', Buffer.from('second'));
  const next = await open();
  expect([next.files, next.bytes]).toEqual([2, 11]);
  expect([spool.files, spool.bytes]).toEqual([2, 11]);
  const oldest = await next.oldest();
  expect(oldest?.data.toString()).toBe('first');
  await next.remove(oldest?.name ?? '');
  expect(await oldestText(next)).toBe('second');
  // What another process brought home is passed over.
  expect(await oldestText(spool)).toBe('second');
});

test('takes no more than it may hold, and has room again', async () => {
  const one = Buffer.alloc(100);
  const spool = await open(150);
  expect(await spool.put('01', one)).toBe(true);
  expect(await spool.put('02', one)).toBe(false);
  await spool.remove((await spool.oldest())?.name ?? '');
  expect(await spool.put('03', one)).toBe(true);
});

test('what is refused stays for people to look at, and is not tried again', async () => {
  const spool = await open();
  await spool.put('01', Buffer.from('wrong'));
  await spool.refuse((await spool.oldest())?.name ?? '');
  expect(await spool.oldest()).toBeUndefined();
  expect((await open()).files).toBe(0);
  expect((await readdir(folder)).filter((name) => name.endsWith('.refused'))).toHaveLength(1);
});

test('what was not written whole, or in another format, is not taken for its own', async () => {
  await writeFile(join(folder, 'left-over.tmp'), 'x');
  await writeFile(join(folder, '01.copy2'), 'x');
  expect((await open()).files).toBe(0);
});
