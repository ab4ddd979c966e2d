import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Part } from '../contracts/refs.ts';
import { openDuckDb, quoteText } from '../data/duckdb.ts';
import { createFolderArtifacts } from '../registry/artifacts/folder.ts';
import { plant } from '../test/plant.ts';
import { mergedWithTail } from './merging.ts';
import { readRows } from './monitoring/read-rows.ts';
import { nextRowId, partsWith } from './parts.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-merging-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const spec = plant({ rounds: 1, trials: 0 });
const { signal } = new AbortController();

/** A part whose feeds are its row ids. */
async function write(name: string, firstRowId: number, rows: number) {
  const path = join(folder, `${name}.parquet`);
  const db = await openDuckDb();
  await db.run(
    `COPY (SELECT (${firstRowId} + i)::BIGINT AS _row_id, (${firstRowId} + i)::DOUBLE AS feed,
       CASE WHEN i % 3 = 0 THEN NULL ELSE 'sulphide' END AS ore, i % 5 = 0 AS "_trainOnly" FROM range(${rows}) t(i))
     TO ${quoteText(path)} (FORMAT parquet)`,
  );
  db.close();
  return { path, rows, firstRowId };
}

it('small parts become one with the same rows, and older versions are read as before', async () => {
  const artifacts = createFolderArtifacts(join(folder, 'artifacts'));
  const keep = async ({ path, ...about }: Awaited<ReturnType<typeof write>>): Promise<Part> => ({
    ...about,
    artifact: await artifacts.putFile(path, { name: 'part.parquet', mediaType: 'x' }),
  });
  let parts: Part[] = [await keep(await write('first', 0, 50))];
  const versions = [parts];
  for (let batch = 1; batch <= 20; batch++) {
    const added = await write(`batch-${batch}`, nextRowId(parts), 3 + (batch % 4));
    const merged = await mergedWithTail(artifacts, parts, [added], { workDir: folder, signal });
    parts = partsWith(parts, { parts: await Promise.all(merged.parts.map(keep)), replaces: merged.replaces });
    versions.push(parts);
  }
  expect(parts.length).toBeLessThan(7);
  expect(parts[0]).toEqual(versions[0][0]);
  for (const version of versions) {
    const wanted = Float64Array.from({ length: nextRowId(version) }, (_, id) => id).filter(
      (id) => id % 7 !== 1,
    );
    const { rowIds, columns: read } = await readRows(artifacts, version, spec, ['feed', 'ore'], wanted);
    expect([...rowIds]).toEqual([...wanted]);
    expect(read.feed).toEqual({ kind: 'number', values: wanted });
  }
  const whole = await readRows(artifacts, parts, spec, ['ore'], Float64Array.of(50, 51));
  expect(whole.columns.ore).toMatchObject({ codes: Int32Array.of(-1, 1) });
});

it('leaves large parts and several at once alone', async () => {
  const artifacts = createFolderArtifacts(join(folder, 'artifacts'));
  const [one, two] = [await write('one', 10, 5), await write('two', 15, 5)];
  const known = [0, 1].map((at) => ({ rows: 200, firstRowId: 200 * at }));
  const artifact = { sha256: 'a'.repeat(64), bytes: 1, mediaType: 'x', name: 'x' };
  const large = known.map((part) => ({ ...part, artifact }));
  for (const added of [[one], [one, two], []])
    expect(await mergedWithTail(artifacts, large, added, { workDir: folder, signal })).toEqual({
      parts: added,
      replaces: 0,
    });
});
