import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Watermark } from '../../contracts/refs.ts';
import { sourceSpecSchema } from '../../contracts/source.ts';
import { hasObjectStore, startObjectStore, type TestObjectStore } from '../../test/object-store.ts';
import { stageAndKeep } from './fixture.ts';
import { sources } from './index.ts';
import { fetchObject, listObjects } from './object-store.ts';
import { stateOf } from './place.ts';
import { placeOf } from './watched.ts';

describe.skipIf(!hasObjectStore)('a watched bucket', () => {
  let store: TestObjectStore;
  let home = '';
  let bucket = '';
  let count = 0;
  const warnings: string[] = [];
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'relevo-bucket-'));
    store = await startObjectStore();
  }, 300_000);
  afterAll(async () => {
    await store.stop();
    await rm(home, { recursive: true, force: true });
  });
  beforeEach(async () => {
    bucket = `plant-${count++}`;
    warnings.length = 0;
    await store.makeBucket(bucket);
  });

  const put = (name: string, ...rows: string[]) =>
    store.put(bucket, `in/${name}`, ['at,volts', ...rows, ''].join('\n'));
  const watching = (more: object = {}) => ({ bucket, prefix: 'in/', settleSeconds: 0, ...more });
  const specOf = (watch: object) => sourceSpecSchema.parse({ kind: 'csv', locations: [], watch });
  const reach = () => ({ objectStore: { endpoint: store.endpoint } });

  /** Each bucket has ledgers of its own. */
  async function stage(since?: Watermark, watch: object = watching()) {
    const own = join(home, bucket);
    await mkdir(own, { recursive: true });
    const warn = (message: string) => void warnings.push(message);
    return await stageAndKeep(own, { since, watch }, { ...reach(), dataDir: undefined, warn });
  }

  const wholeNow = async (more: object = {}) => {
    const { watch } = specOf(watching(more)) as Extract<ReturnType<typeof specOf>, { kind: 'csv' }>;
    if (!watch) throw new Error('nothing is watched');
    return await placeOf(watch, reach()).wholeFiles();
  };
  const names = async (more: object = {}) =>
    (await wholeNow(more)).map(({ name }) => name.slice(`s3://${bucket}/`.length));

  it('gives each object once, in the order of its last change, and leaves no copy of it', async () => {
    await put('b.csv', '1,10', '2,20');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await put('a.csv', '3,30');
    const first = await stage();
    expect(first?.rows).toEqual(['2,1,10', '3,2,20', '2,3,30']);
    expect(await readdir(join(first?.workDir ?? '', 'arrival-0'))).not.toContain('object');
    expect(await stage(first?.next)).toBeUndefined();
    await put('c.csv', '4,40');
    const second = await stage(first?.next);
    expect(second?.rows).toEqual(['2,4,40']);
    expect(await stage(second?.next)).toBeUndefined();
  });

  it('gives the new rows of an object that was written again with more, none of a copy', async () => {
    await put('a.csv', '1,10');
    const first = await stage();
    await put('a.csv', '1,10', '2,20');
    await put('copy.csv', '1,10', '2,20');
    expect((await stage(first?.next))?.rows).toEqual(['3,2,20']);
  });

  it('sees an object of the same size that was written over within the same second', async () => {
    await put('a.csv', '1,10');
    const first = await stage();
    await put('a.csv', '1,11');
    await put('b.csv', '2,20');
    expect((await stage(first?.next))?.rows).toEqual(['2,2,20']);
    expect(warnings).toEqual([
      expect.stringContaining(`s3://${bucket}/in/a.csv: the part that was already read`),
    ]);
  });

  it('leaves out what is cut and reads the rest', async () => {
    await put('good.csv', '1,10');
    await store.put(bucket, 'in/bad.csv', 'at,volts\n4,40\n5');
    expect((await stage())?.rows).toEqual(['2,1,10']);
    expect(warnings).toEqual([expect.stringContaining('bad.csv was cut at line 3')]);
  });

  it('lists objects that have not changed for long enough, by the clock of the store', async () => {
    await put('a.csv', '1,10');
    expect(await names({ settleSeconds: 3 })).toEqual([]);
    await expect.poll(() => names({ settleSeconds: 3 }), { timeout: 8_000 }).toEqual(['in/a.csv']);
  });

  it('lists those whose marker is there, where a marker is asked for', async () => {
    await put('a.csv', '1,10');
    expect(await names({ doneMarker: '.done' })).toEqual([]);
    await store.put(bucket, 'in/a.csv.done', '');
    expect(await names({ doneMarker: '.done', settleSeconds: 3_600 })).toEqual(['in/a.csv']);
  });

  it('leaves alone what is deeper, hidden, of another kind, or no name that can be shown', async () => {
    for (const name of ['deeper/a.csv', '.a.csv', 'a.txt', 'a\u0007b.csv', '../../a.csv', 'über +%41.csv'])
      await put(name, '1,10');
    expect(await names()).toEqual(['in/über +%41.csv']);
    expect((await stage())?.rows).toEqual(['2,1,10']);
    expect(await names({ prefix: 'in/ü' })).toEqual(['in/über +%41.csv']);
    expect(await names({ prefix: 'not-there/' })).toEqual([]);
  });

  it('lists more than a page holds, each once', async () => {
    for (let at = 0; at < 25; at++) await put(`${at}.csv`, `${at},1`);
    const { objects } = await listObjects({ bucket, prefix: 'in/' }, reach().objectStore, { pageSize: 4 });
    expect(new Set(objects.map(({ key }) => key)).size).toBe(25);
    expect(objects).toHaveLength(25);
  });

  it('has another state once an object is another', async () => {
    await put('a.csv', '1,10');
    const before = stateOf(await wholeNow());
    expect(stateOf(await wholeNow())).toBe(before);
    await put('a.csv', '1,11');
    expect(stateOf(await wholeNow())).not.toBe(before);
  });

  it('reads no object that is gone or another than was listed, and leaves nothing of it', async () => {
    await put('a.csv', '1,10');
    const [{ etag = '' }] = await wholeNow();
    const path = join(home, 'fetched');
    const fetching = (about: object = {}) =>
      fetchObject({ bucket, key: 'in/a.csv', etag, ...about }, reach().objectStore, {
        path,
        signal: new AbortController().signal,
      });
    expect(await fetching()).toBe(true);
    expect(await readFile(path, 'utf8')).toBe('at,volts\n1,10\n');
    await put('a.csv', '1,11');
    expect(await fetching()).toBe(false);
    await store.remove(bucket, 'in/a.csv');
    expect(await fetching()).toBe(false);
    expect(await readdir(home)).not.toContain('fetched');
  });

  it('says which bucket is not there, and that a store is away', async () => {
    await expect(stage(undefined, watching({ bucket: 'nobodys' }))).rejects.toMatchObject({
      code: 'BUCKET_REFUSED',
      message: 'The object store refuses s3://nobodys/in/: NoSuchBucket, HTTP 404',
      details: { field: 'watch', value: 's3://nobodys/in/' },
    });
    const nowhere = { endpoint: 'http://127.0.0.1:9' };
    await expect(listObjects({ bucket, prefix: 'in/' }, nowhere)).rejects.toMatchObject({
      code: 'BUCKET_UNAVAILABLE',
      message: `The object store does not answer for s3://${bucket}/in/: ECONNREFUSED`,
    });
  });

  it('lets no other location stand in for a store that is away', async () => {
    const locations = [1, 2].map((seed) => ({ kind: 'generator', name: 'steel', rows: 20, seed }));
    const spec = sourceSpecSchema.parse({ kind: 'csv', locations, watch: watching() });
    const staging = sources.csv.stage(spec, undefined, {
      objectStore: { endpoint: 'http://127.0.0.1:9' },
      dataDir: undefined,
      workDir: await mkdtemp(join(home, 'work-')),
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    await expect(staging).rejects.toMatchObject({ code: 'BUCKET_UNAVAILABLE' });
  });

  it('ends when it is cancelled', async () => {
    await put('a.csv', '1,10');
    const aborted = AbortSignal.abort();
    await expect(
      listObjects({ bucket, prefix: 'in/' }, reach().objectStore, { signal: aborted }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
