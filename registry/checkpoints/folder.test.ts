import { appendFile, copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFolderCheckpoints } from './folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-checkpoints-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const files = async (): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.checkpoint')).map((name) => join(folder, name));

test('the newest whole one is read, by any process, until it is cleared', async () => {
  const saved = createFolderCheckpoints(folder)('train/pump/1/xgboost');
  expect(await saved.load()).toBeUndefined();
  await saved.save(bytes(1, 2, 3));
  await saved.save(bytes(4, 5));
  const other = createFolderCheckpoints(folder)('train/pump/1/xgboost');
  expect(await other.load()).toEqual(bytes(4, 5));
  await other.clear();
  await other.clear();
  expect(await saved.load()).toBeUndefined();
});

test('keys of any characters are kept apart, within the folder', async () => {
  const open = createFolderCheckpoints(folder);
  const keys = ['a/b', 'a-b', 'a b', '../../etc/passwd', 'ñandú', 'x'.repeat(500), ''];
  for (const [i, key] of keys.entries()) await open(key).save(bytes(i));
  for (const [i, key] of keys.entries()) expect(await open(key).load()).toEqual(bytes(i));
  expect(await files()).toHaveLength(keys.length);
});

test('one that is torn at any place, grown or altered counts as none', async () => {
  const saved = createFolderCheckpoints(folder)('key');
  await saved.save(bytes(10, 20, 30, 40));
  const [path] = await files();
  const whole = await readFile(path);
  for (let length = 0; length < whole.length; length++) {
    await writeFile(path, whole.subarray(0, length));
    expect(await saved.load()).toBeUndefined();
  }
  for (let at = 0; at < whole.length; at++) {
    const altered = Buffer.from(whole);
    altered[at] ^= 1;
    await writeFile(path, altered);
    expect(await saved.load()).toBeUndefined();
  }
  await writeFile(path, whole);
  await appendFile(path, 'x');
  expect(await saved.load()).toBeUndefined();
  await writeFile(path, whole);
  expect(await saved.load()).toEqual(bytes(10, 20, 30, 40));
});

test("another computation's checkpoint counts as none", async () => {
  const open = createFolderCheckpoints(folder);
  await open('one').save(bytes(1));
  const [one] = await files();
  await open('two').save(bytes(2));
  const two = (await files()).find((path) => path !== one);
  await copyFile(one, String(two));
  expect(await open('two').load()).toBeUndefined();
});

test('an empty checkpoint is one, and a reader beside a writer always sees a whole one', async () => {
  const saved = createFolderCheckpoints(folder)('key');
  await saved.save(bytes());
  expect(await saved.load()).toEqual(bytes());
  let writing = true;
  const writer = (async () => {
    for (let i = 0; i < 100; i++) await saved.save(new Uint8Array(10_000).fill(i));
    writing = false;
  })();
  while (writing) {
    const seen = await saved.load();
    expect(seen).toBeDefined();
    expect(new Set(seen).size).toBeLessThanOrEqual(1);
  }
  await writer;
});
