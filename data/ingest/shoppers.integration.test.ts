import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { environment } from '../../contracts/env.ts';
import { onlineShoppers as spec } from '../../pipelines/online-shoppers.ts';
import { isSourceAvailable, sources } from '../sources/index.ts';
import { readParquet } from './fixture.ts';
import { validateBatch } from './validate.ts';

const root = await mkdtemp(join(tmpdir(), 'relevo-shoppers-'));
afterAll(() => rm(root, { recursive: true, force: true }));
const dataDir = environment().RELEVO_DATA;
const hasData = await isSourceAvailable(spec.sources.original, dataDir);

async function ingest(name: string) {
  const context = {
    dataDir,
    workDir: join(root, name),
    signal: new AbortController().signal,
    onProgress: () => undefined,
  };
  const source = spec.sources[name];
  const batch = await sources.tables.stage(source, undefined, context);
  const input = { spec, source, csvPath: batch?.path ?? '', knownParts: [], firstRowId: 0 };
  return validateBatch({ ...input, ...context });
}
const groups = async (path: string) =>
  Object.fromEntries(
    (await readParquet(path, 'Traffic, count(*) OVER (PARTITION BY Traffic) AS rows')).map(
      ({ Traffic, rows }) => [Traffic, rows],
    ),
  );

it.skipIf(!hasData)('sessions of the real shop, twenty kinds of traffic in six groups', async () => {
  const result = await ingest('original');
  expect(result).toMatchObject({ rowsAdded: 12_330, rowsQuarantined: 0 });
  expect(result.warnings).toEqual([
    expect.stringMatching(/^unique: \d+ of 12330 rows repeat an earlier one/),
  ]);
  const expected = { '2': 3913, '1': 2451, '3': 2052, '4': 1069, '13': 738, other: 2107 };
  expect(await groups(result.parts[0].path)).toEqual(expected);
});

it('generated sessions are read without a fault', async () => {
  const result = await ingest('synthetic');
  expect(result).toMatchObject({ rowsAdded: 12_330, rowsQuarantined: 0 });
  expect(Object.keys(await groups(result.parts[0].path)).sort()).toEqual(['1', '13', '2', '3', '4', 'other']);
});
