import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { environment } from '../../contracts/env.ts';
import { steelEnergy } from '../../pipelines/steel-energy.ts';
import { readFrame } from '../datasets.ts';
import { quoteName } from '../duckdb.ts';
import { generateSteel } from '../generators/steel.ts';
import { canonicalSha256 } from '../sources/canonical.ts';
import { fileBelow } from '../sources/file.ts';
import { sources } from '../sources/index.ts';
import { readParquet } from './fixture.ts';
import { validateBatch } from './validate.ts';

const root = await mkdtemp(join(tmpdir(), 'relevo-steel-'));
afterAll(() => rm(root, { recursive: true, force: true }));
const dataDir = environment().RELEVO_DATA;
const hasData = await fileBelow(dataDir, 'steel/steel_energy_modified.csv').then(
  () => true,
  () => false,
);

async function ingest(source: string, csvPath?: string) {
  const workDir = join(root, source);
  const context = { dataDir, workDir, signal: new AbortController().signal, onProgress: () => undefined };
  const spec = steelEnergy.sources[source];
  const path = csvPath ?? (await sources.csv.stage(spec, undefined, context))?.path ?? '';
  const input = { spec: steelEnergy, source: spec, csvPath: path, knownParts: [], firstRowId: 0 };
  return validateBatch({ ...input, ...context });
}

describe.skipIf(!hasData)('the steel files (RELEVO_DATA)', () => {
  it('no row of the original breaks an identity', { timeout: 120_000 }, async () => {
    const result = await ingest('original');
    expect(result).toMatchObject({
      rowsRead: 35_040,
      rowsAdded: 35_040,
      rowsRepaired: 0,
      rowsQuarantined: 0,
    });
    expect(result.warnings).toEqual([expect.stringMatching(/^holds:co2-reported: 47 of 35040/)]);
  });

  it('the pin of the archive is that of the original', async () => {
    const { archive } = steelEnergy.sources;
    const [location] = archive.kind === 'csv' ? archive.locations : [];
    const file = await fileBelow(dataDir, 'steel/steel_energy_original.csv');
    expect(location).toMatchObject({ contentSha256: await canonicalSha256(file) });
  });

  it('wrong cells of the dirty file are found, and others left alone', { timeout: 120_000 }, async () => {
    const dirty = await ingest('dirty');
    expect(dirty.rowsRead).toBe(35_740);
    expect(dirty.rowsAdded + dirty.rowsQuarantined).toBe(35_740);
    expect(dirty.rowsAdded).toBeGreaterThan(34_750);
    const original = await ingest('original');
    const names = Object.keys(steelEnergy.columns).filter(
      (name) => steelEnergy.columns[name].kind === 'number',
    );
    const truth = await readParquet(original.parts[0].path, ['date', ...names].map(quoteName).join(', '));
    const mends = await readParquet(dirty.repairs?.path, '_line, "column", old_value, new_value');
    const found = mends.filter(
      ({ column, _line }) => names.includes(String(column)) && Number(_line) <= 35_041,
    );
    const wrong = found.filter(({ old_value }) => Number.isFinite(Number.parseFloat(String(old_value))));
    const right = wrong.filter(
      ({ _line, column, old_value }) => Number(old_value) !== truth[Number(_line) - 2][String(column)],
    );
    expect(right.length).toBeGreaterThan(2_000);
    expect(right.length / wrong.length).toBeGreaterThan(0.97);
  });
});

describe('the generator of steel rows', () => {
  it('is faithful: no identity is broken, whatever the year', async () => {
    const path = join(root, 'clean.csv');
    await generateSteel({ path, rows: 40_000, seed: 5 });
    const result = await ingest('synthetic', path);
    expect(result).toMatchObject({ rowsAdded: 40_000, rowsRepaired: 0, rowsQuarantined: 0 });
    const frame = await readFrame([result.parts[0].path], steelEnergy, { columns: ['date'] });
    const date = frame.columns.date.kind === 'number' ? frame.columns.date.values : new Float64Array();
    expect(date.every((at, k) => k === 0 || at - date[k - 1] === 900)).toBe(true);
  });

  it('gives the same rows for the same seed, and others for another', async () => {
    const hashes: string[] = [];
    for (const [k, seed] of [1, 1, 2].entries()) {
      const path = join(root, `seed-${k}.csv`);
      await generateSteel({ path, rows: 500, seed });
      hashes.push(await canonicalSha256(path));
    }
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  });

  it('spoils what it is told to, so that cleaning has work', async () => {
    const path = join(root, 'spoilt.csv');
    await generateSteel({ path, rows: 4_000, seed: 5, corrupt: 0.2 });
    const result = await ingest('dirty', path);
    expect(result.rowsAdded + result.rowsQuarantined).toBe(4_000);
    expect(result.rowsRepaired).toBeGreaterThan(400);
  });
});
