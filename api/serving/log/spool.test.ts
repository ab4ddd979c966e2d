import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodePredictions, readPredictions } from '../../../registry/prediction-batches.ts';
import { createIdMaker } from '../ids.ts';
import { openSpool } from './spool.ts';

let folder: string;
const newId = createIdMaker();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-spool-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const batch = (rows = 2) =>
  encodePredictions(
    Array.from({ length: rows }, () => ({
      ...{ id: newId(), pipeline: 'pump', version: '1.0.0', latencyUs: 1 },
      answer: { values: [1] },
    })),
  );

test('gives back what was put, oldest first, also to the next process', async () => {
  const first = batch();
  const second = batch(3);
  const spool = await openSpool(folder, 1e6);
  await spool.put(first);
  await spool.put(second);
  const next = await openSpool(folder, 1e6);
  expect([next.batches, next.bytes]).toEqual([spool.batches, spool.bytes]);
  const oldest = await next.oldest();
  expect(oldest && readPredictions(oldest.data)).toEqual(first);
  await next.remove(oldest?.name ?? '');
  expect(readPredictions((await next.oldest())?.data ?? Buffer.alloc(0))).toEqual(second);
  // What another process brought home is passed over.
  expect(readPredictions((await spool.oldest())?.data ?? Buffer.alloc(0))).toEqual(second);
});

test('takes no more than it may hold, and has room again', async () => {
  const one = batch();
  const spool = await openSpool(folder, one.data.byteLength * 1.5);
  expect(await spool.put(one)).toBe(true);
  expect(await spool.put(batch())).toBe(false);
  await spool.remove((await spool.oldest())?.name ?? '');
  expect(await spool.put(batch())).toBe(true);
});

test('a refused batch stays for people to look at, and is not tried again', async () => {
  const spool = await openSpool(folder, 1e6);
  await spool.put(batch());
  await spool.refuse((await spool.oldest())?.name ?? '');
  expect(await spool.oldest()).toBeUndefined();
  expect((await openSpool(folder, 1e6)).batches).toBe(0);
  expect((await readdir(folder)).filter((name) => name.endsWith('.refused'))).toHaveLength(1);
});

test('a batch that was cut off is told from a whole one', async () => {
  const { data } = batch();
  expect(() => readPredictions(Buffer.from(data).subarray(0, data.byteLength - 3))).toThrow(RangeError);
  await writeFile(join(folder, 'left-over.tmp'), 'x');
  expect((await openSpool(folder, 1e6)).batches).toBe(0);
});
