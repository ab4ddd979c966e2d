import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { createFolderArtifacts } from './folder.ts';

// Of "abc", from FIPS 180-2.
const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const about = { name: 'greeting.txt', mediaType: 'text/plain' };
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

let folder: string;
let store: ArtifactStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-artifacts-'));
  store = createFolderArtifacts(join(folder, 'store'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
const storedFiles = (): Promise<string[]> => readdir(join(folder, 'store', 'sha256'), { recursive: true });

test('bytes are kept under their hash and read back', async () => {
  const ref = await store.putBytes(bytesOf('abc'), about);
  expect(ref).toEqual({ ...about, sha256: abc, bytes: 3 });
  expect(await store.localPath(ref)).toBe(join(folder, 'store', 'sha256', 'ba', abc));
  expect(new TextDecoder().decode(await store.readBytes(ref))).toBe('abc');
});

test('a file becomes the same artifact as its bytes; another name is no other artifact', async () => {
  const fromFile = await store.putFile(await file('a', 'abc'), about);
  const fromBytes = await store.putBytes(bytesOf('abc'), { name: 'other', mediaType: 'x/y' });
  expect(fromBytes).toEqual({ ...fromFile, name: 'other', mediaType: 'x/y' });
  expect(await storedFiles()).toEqual(['ba', join('ba', abc)]);
});

test('a large file passes in pieces', async () => {
  const path = await file('large', 'x'.repeat(5_000_003));
  const ref = await store.putFile(path, about);
  expect(ref.bytes).toBe(5_000_003);
  expect((await stat(await store.localPath(ref))).size).toBe(5_000_003);
});

test('a stream passes in pieces; one that is too long or breaks off leaves nothing', async () => {
  async function* chunks(count: number, breaksOff = false) {
    for (let i = 0; i < count; i++) yield new Uint8Array(100_000).fill(i);
    if (breaksOff) throw new Error('gone away');
  }
  const ref = await store.putStream(chunks(7), { ...about, maxBytes: 700_000 });
  expect(ref).toEqual({ ...about, sha256: expect.stringMatching(/^[0-9a-f]{64}$/), bytes: 700_000 });
  expect((await store.readBytes(ref)).at(-1)).toBe(6);
  expect(await store.putStream(chunks(7), { ...about, maxBytes: 700_000 })).toEqual(ref);
  await expect(store.putStream(chunks(8), { ...about, maxBytes: 700_000 })).rejects.toMatchObject({
    code: 'BODY_TOO_LARGE',
  });
  await expect(store.putStream(chunks(2, true), { ...about, maxBytes: 700_000 })).rejects.toThrow(
    'gone away',
  );
  expect(await storedFiles()).toHaveLength(2);
  expect(await readdir(join(folder, 'store', 'tmp'))).toEqual([]);
});

test('many that put the same at once leave one whole file and nothing else', async () => {
  const stores = Array.from({ length: 8 }, () => createFolderArtifacts(join(folder, 'store')));
  const text = 'same'.repeat(100_000);
  const refs = await Promise.all(stores.map((one) => one.putBytes(bytesOf(text), about)));
  expect(new Set(refs.map(({ sha256 }) => sha256)).size).toBe(1);
  expect((await store.readBytes(refs[0])).length).toBe(text.length);
  expect(await storedFiles()).toHaveLength(2);
  expect(await readdir(join(folder, 'store', 'tmp'))).toEqual([]);
});

describe('a damaged artifact', () => {
  test.each([
    ['cut short', (path: string) => truncate(path, 2)],
    ['altered', (path: string) => writeFile(path, 'abd')],
    ['removed', (path: string) => rm(path)],
  ])(
    'that was %s is noticed, also after it was read whole, and mended by putting it again',
    async (_, damage) => {
      const ref = await store.putBytes(bytesOf('abc'), about);
      const path = await store.localPath(ref);
      await damage(path);
      const later = new Date(Date.now() + 5_000);
      await utimes(path, later, later).catch(() => undefined);
      for (const reader of [store, createFolderArtifacts(join(folder, 'store'))]) {
        await expect(reader.localPath(ref)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
        await expect(reader.readBytes(ref)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
      }
      await store.putBytes(bytesOf('abc'), about);
      expect(await readFile(await store.localPath(ref), 'utf8')).toBe('abc');
    },
  );

  test('is named without the folder that the store is in', async () => {
    const ref = { ...about, sha256: abc, bytes: 3 };
    const failure = await store.readBytes(ref).catch((error) => error);
    expect(failure.message).toContain('greeting.txt');
    expect(JSON.stringify(failure.details)).not.toContain(folder);
  });
});

test.each(['../../../etc/passwd', `${'a'.repeat(63)}/`, abc.toUpperCase(), ''])(
  'the hash %j names no file',
  async (sha256) => {
    await expect(store.localPath({ ...about, sha256, bytes: 3 })).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      details: { field: 'sha256' },
    });
  },
);

test('what a killed process left half-written is swept away once it is old', async () => {
  const temporary = join(folder, 'store', 'tmp');
  await mkdir(temporary, { recursive: true });
  await writeFile(join(temporary, 'old'), 'half');
  await writeFile(join(temporary, 'young'), 'half');
  const yesterday = new Date(Date.now() - 25 * 60 * 60_000);
  await utimes(join(temporary, 'old'), yesterday, yesterday);
  await store.putBytes(bytesOf('abc'), about);
  expect(await readdir(temporary)).toEqual(['young']);
});

test.runIf(process.getuid?.() !== 0)('a file that could not be put stays where it was', async () => {
  const path = await file('keep', 'abc');
  await mkdir(join(folder, 'store', 'sha256'), { recursive: true });
  await chmod(join(folder, 'store', 'sha256'), 0o500);
  await expect(store.putFile(path, about)).rejects.toThrow();
  expect(await readFile(path, 'utf8')).toBe('abc');
});

test('a process remembers so many files as whole, and no more', async () => {
  const forgetful = createFolderArtifacts(join(folder, 'store'), { remembered: 2 });
  const [first, ...others] = await Promise.all(
    ['abc', 'abd', 'abe'].map((text) => forgetful.putBytes(bytesOf(text), about)),
  );
  const path = join(folder, 'store', 'sha256', 'ba', abc);
  const written = new Date('2026-01-01');
  await utimes(path, written, written);
  await forgetful.localPath(first);
  await chmod(path, 0o600);
  await writeFile(path, 'xyz');
  await utimes(path, written, written);
  expect(await forgetful.localPath(first)).toBe(path);
  for (const other of others) await forgetful.localPath(other);
  await expect(forgetful.localPath(first)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
});
