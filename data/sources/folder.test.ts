import { appendFile, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Watermark } from '../../contracts/refs.ts';
import { stageAndKeep } from './fixture.ts';
import { wholeFiles } from './folder.ts';
import { stateOf } from './place.ts';

const root = await mkdtemp(join(tmpdir(), 'relevo-folder-'));
afterAll(() => rm(root, { recursive: true, force: true }));

let home = '';
let count = 0;
beforeEach(async () => {
  home = join(root, `home-${count++}`);
  await mkdir(join(home, 'in'), { recursive: true });
});

const at = (name: string): string => join(home, 'in', name);
const put = (name: string, ...rows: string[]): Promise<void> =>
  writeFile(at(name), ['at,volts', ...rows, ''].join('\n'));
const warnings: string[] = [];
const hurried = { folder: 'in', settleSeconds: 0 };

async function stage(since?: Watermark, watch: object = hurried, locations: object[] = []) {
  const warn = (message: string) => void warnings.push(message);
  const staged = await stageAndKeep(
    home,
    { since, watch, locations },
    { dataDir: home, watchDir: home, warn },
  );
  if (staged) expect(staged.bytes).toBe(Buffer.byteLength(staged.text));
  return staged;
}

describe('a watched folder', () => {
  it('gives each file once, in the order of its last change', async () => {
    await put('b.csv', '1,10', '2,20');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await put('a.csv', '3,30');
    const first = await stage();
    expect(first?.rows).toEqual(['2,1,10', '3,2,20', '2,3,30']);
    expect(await stage(first?.next)).toBeUndefined();
    await put('c.csv', '4,40');
    const second = await stage(first?.next);
    expect(second?.rows).toEqual(['2,4,40']);
    expect(await stage(second?.next)).toBeUndefined();
  });

  it('gives the new rows of a file that has grown', async () => {
    await put('a.csv', '1,10');
    const first = await stage();
    await appendFile(at('a.csv'), '2,20\n');
    expect((await stage(first?.next))?.rows).toEqual(['3,2,20']);
  });

  it('gives nothing for a file that was touched, renamed or copied', async () => {
    await put('a.csv', '1,10');
    const first = await stage();
    await utimes(at('a.csv'), 1, 1);
    expect(await stage(first?.next)).toBeUndefined();
    await rename(at('a.csv'), at('z.csv'));
    expect(await stage(first?.next)).toBeUndefined();
    await put('copy.csv', '1,10');
    await put('header-only.csv');
    expect(await stage(first?.next)).toBeUndefined();
  });

  it('leaves out what was written over, has other columns or is cut, says so, and reads the rest', async () => {
    await put('a.csv', '1,10');
    const first = await stage();
    await put('a.csv', '7,70', '8,80');
    await writeFile(at('b.csv'), 'at,amperes\n1,10\n');
    await writeFile(at('c.csv'), 'at,volts\n4,40\n5');
    await put('d.csv', '6,60');
    warnings.length = 0;
    const second = await stage(first?.next);
    expect(second?.rows).toEqual(['2,6,60']);
    expect(warnings.sort()).toEqual([
      expect.stringContaining('The header of b.csv changed: missing volts; extra amperes'),
      expect.stringContaining('a.csv: the part that was already read'),
      expect.stringContaining('c.csv was cut at line 3'),
    ]);
    await writeFile(at('c.csv'), 'at,volts\n4,40\n5,50\n');
    expect((await stage(second?.next))?.rows).toEqual(['2,4,40', '3,5,50']);
  });

  it('fails where there is nothing but what cannot be read', async () => {
    await writeFile(at('a.csv'), 'at,volts\n4');
    await expect(stage()).rejects.toMatchObject({ code: 'SOURCE_TRUNCATED', details: { field: 'a.csv' } });
  });

  it('adds its rows behind those of a growing file', async () => {
    const table = join(home, 'table.csv');
    await writeFile(table, 'at,volts\n1,10\n');
    const locations = [{ kind: 'file', path: 'table.csv' }];
    await put('a.csv', '2,20');
    const first = await stage(undefined, hurried, locations);
    expect(first?.rows).toEqual(['2,1,10', '2,2,20']);
    expect(await stage(first?.next, hurried, locations)).toBeUndefined();
    await appendFile(table, '3,30\n');
    const second = await stage(first?.next, hurried, locations);
    expect(second?.rows).toEqual(['3,3,30']);
    await put('b.csv', '4,40');
    expect((await stage(second?.next, hurried, locations))?.rows).toEqual(['2,4,40']);
  });

  it('remembers what it read while nobody watches it', async () => {
    const locations = [{ kind: 'file', path: 'table.csv' }];
    await writeFile(join(home, 'table.csv'), 'at,volts\n1,10\n');
    await put('a.csv', '2,20');
    const first = await stage(undefined, hurried, locations);
    await appendFile(join(home, 'table.csv'), '3,30\n');
    const unwatched = await stage(first?.next, undefined, locations);
    expect(unwatched?.next.files).toEqual(first?.next.files);
    expect(await stage(unwatched?.next, hurried, locations)).toBeUndefined();
  });
});

describe('whole files', () => {
  const watch = { folder: 'in', suffix: '.csv', settleSeconds: 10 };
  const names = async (of: typeof watch & { doneMarker?: string } = watch, nowMs = Date.now()) =>
    (await wholeFiles(of, home, nowMs)).map(({ name }) => name);

  it('are those that have stood still for long enough', async () => {
    await put('a.csv', '1,10');
    expect(await names()).toEqual([]);
    expect(await names(watch, Date.now() + 11_000)).toEqual(['a.csv']);
  });

  it('are not those that were copied with an old time just now', async () => {
    await put('a.csv', '1,10');
    await utimes(at('a.csv'), 1, 1);
    expect(await names()).toEqual([]);
  });

  it('are those whose marker is there, where a marker is asked for', async () => {
    const marked = { ...watch, doneMarker: '.done' };
    await put('a.csv', '1,10');
    expect(await names(marked, Date.now() + 60_000)).toEqual([]);
    await writeFile(at('a.csv.done'), '');
    expect(await names(marked)).toEqual(['a.csv']);
  });

  it('are no hidden files, other kinds, links or folders', async () => {
    await put('.a.csv');
    await put('a.txt');
    await mkdir(at('b.csv'));
    await symlink(at('a.txt'), at('c.csv'));
    expect(await names({ ...watch, settleSeconds: 0 })).toEqual([]);
    expect(await names({ ...watch, folder: 'not-there' })).toEqual([]);
  });

  it('lie below the root', async () => {
    await expect(names({ ...watch, folder: '..' })).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });

  it('have another state once one of them is another', async () => {
    const now = { ...watch, settleSeconds: 0 };
    await put('a.csv', '1,10');
    const before = stateOf(await wholeFiles(now, home));
    expect(stateOf(await wholeFiles(now, home))).toBe(before);
    await appendFile(at('a.csv'), '2,20\n');
    expect(stateOf(await wholeFiles(now, home))).not.toBe(before);
  });
});
