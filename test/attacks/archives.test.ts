import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { unpackMember } from '../../data/sources/zip.ts';
import { zip } from '../support/zip.ts';

const root = await mkdtemp(join(tmpdir(), 'relevo-archives-'));
afterAll(() => rm(root, { recursive: true, force: true }));
const archive = join(root, 'a.zip');
const target = join(root, 'unpacked.csv');
const good = Buffer.from('x\n1\n');
const megabytes = (count: number): Buffer => Buffer.alloc(count * 1024 * 1024, '0,');
beforeEach(() => rm(target, { force: true }));

async function unpack(bytes: Buffer, member = 'x.csv'): Promise<void> {
  await writeFile(archive, bytes);
  await unpackMember(archive, member, target);
}
/** Bytes that were written before it was given up. */
const written = async (): Promise<number> => (await readFile(target).catch(() => Buffer.alloc(0))).length;

describe('a bomb', () => {
  it('that says how large it is is not unpacked at all', async () => {
    await expect(unpack(zip('x.csv', megabytes(4)))).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect(await written()).toBe(0);
  });

  it.each([0, 100, 200_000])('that claims %d bytes is cut off there', async (claimed) => {
    await expect(unpack(zip('x.csv', megabytes(4), claimed))).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    });
    expect(await written()).toBeLessThanOrEqual(claimed);
  });

  it('in an archive in an archive stays one file', async () => {
    const inner = zip('bomb.csv', megabytes(2));
    await unpack(zip('x.csv', inner));
    expect(await readFile(target)).toEqual(inner);
  });
});

describe('a member', () => {
  it.each(['../escaped.csv', '/escaped.csv', 'a/../../escaped.csv', '..\\escaped.csv', 'c:\\escaped.csv'])(
    'called %s is written nowhere but where it is told to',
    async (name) => {
      const before = await readdir(join(root, '..'));
      await unpack(zip(name, good), name).catch((error: unknown) =>
        expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE' }),
      );
      expect(
        (await readdir(root)).sort().filter((file) => !['a.zip', 'unpacked.csv'].includes(file)),
      ).toEqual([]);
      expect((await readdir(join(root, '..'))).filter((file) => /escaped/.test(file))).toEqual(
        before.filter((file) => /escaped/.test(file)),
      );
    },
  );

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['a directory that points beyond the file', pointingBeyond],
    ['bytes that were changed', (bytes) => bytes.fill(0xff, 35, 37)],
    ['no end', (bytes) => bytes.subarray(0, -12)],
  ])('of an archive with %s is refused', async (_name, change) => {
    await expect(unpack(change(zip('x.csv', good)))).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });
});

/** With another offset of the directory in the archive's end record. */
function pointingBeyond(bytes: Buffer): Buffer {
  bytes.writeUInt32LE(0x7fffffff, bytes.length - 6);
  return bytes;
}
