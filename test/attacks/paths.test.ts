import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkedPath, pathBelowRoot } from '../../api/routes/mlflow/artifact-paths.ts';
import { fileBelow } from '../../data/sources/file.ts';
import { createFolderArtifacts } from '../../registry/artifacts/folder.ts';
import { demandAddress } from '../../registry/mlflow/storage-location.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'relevo-paths-'));
  await mkdir(join(root, 'data', 'inner'), { recursive: true });
  await writeFile(join(root, 'secret.csv'), 'secret');
  await writeFile(join(root, 'data', 'good.csv'), 'good');
  await symlink(join(root, 'secret.csv'), join(root, 'data', 'link.csv'));
  await symlink(root, join(root, 'data', 'up'));
});
afterAll(() => rm(root, { recursive: true }));

const escapes = [
  '../secret.csv',
  'inner/../../secret.csv',
  './../secret.csv',
  '..',
  '/etc/passwd',
  '//etc/passwd',
];

describe('the path of an artifact', () => {
  it.each([
    ...escapes,
    ...['a/../../b', 'a/./b', 'a//b', '.', 'a\\..\\b', '..\\..\\windows', 'C:/windows', 'c:secret'],
    ...['a\0.txt', 'a\nb', 'a?b', 'a#b', 'a/\u0085/../b', '\ud800', 'x'.repeat(2_000)],
  ])('%j is refused', (path) => {
    expect(() => checkedPath(path)).toThrow('Invalid path');
  });

  it.each(['a/b.onnx', 'model/MLmodel', 'ñandú/é.txt', 'a b/c', '...', '..a/b..', 'a/'])(
    '%j is taken',
    (path) => expect(checkedPath(path)).toBe(path.replace(/\/$/, '')),
  );

  it.each([
    ...['file:///etc/passwd', 'mlflow-artifacts://host/../x', 'mlflow-artifacts:/../../x', 's3://bucket/x'],
    ...['mlflow-artifacts:/file:/etc/passwd', 'MLFLOW-ARTIFACTS:/x', '/etc/passwd'],
  ])('%j leads out of the store and is refused', (uri) =>
    expect(() => pathBelowRoot(uri)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' })),
  );

  it.each([
    'file:///etc/passwd',
    'FILE:/etc',
    '/etc/passwd',
    'mlflow-artifacts:/a/../../b',
    's3://b/..\\..\\x',
    '..',
  ])('%j is no source of a model version', (address) =>
    expect(() => demandAddress(address, 'source')).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID' }),
    ),
  );
});

describe('a reference to an artifact', () => {
  it.each([
    ...['../../secret.csv', '..', '/etc/passwd', `${'a'.repeat(63)}/`, `${'a'.repeat(64)}/../../secret.csv`],
    ...['A'.repeat(64), `${'a'.repeat(64)}\n`, ''],
  ])('with the hash %j reads nothing', async (sha256) => {
    const store = createFolderArtifacts(join(root, 'artifacts'));
    const forged = { sha256, bytes: 6, name: 'x', mediaType: 'text/csv' };
    await expect(store.readBytes(forged)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    await expect(store.localPath(forged)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  });
});

describe('the file of a source', () => {
  it.each([...escapes, 'link.csv', 'up/secret.csv', 'inner', 'good.csv/../../secret.csv', 'good.csv\0'])(
    '%j is not read',
    async (path) =>
      expect(fileBelow(join(root, 'data'), path)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' }),
  );

  it('below the folder is', async () =>
    expect(await fileBelow(join(root, 'data'), 'inner/../good.csv')).toMatch(/good\.csv$/));
});
