import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { environment } from '../../contracts/env.ts';
import { studentPerformance as spec } from '../../pipelines/student-performance.ts';
import { fileBelow } from '../sources/file.ts';
import { sources } from '../sources/index.ts';
import { readParquet } from './fixture.ts';
import { validateBatch } from './validate.ts';

const root = await mkdtemp(join(tmpdir(), 'relevo-student-'));
afterAll(() => rm(root, { recursive: true, force: true }));
const dataDir = environment().RELEVO_DATA;
const hasData = await fileBelow(dataDir, 'student/student_entry_performance_modified.csv').then(
  () => true,
  () => false,
);

async function ingest(name: string) {
  const context = {
    dataDir,
    workDir: join(root, name),
    signal: new AbortController().signal,
    onProgress: () => undefined,
  };
  const source = spec.sources[name];
  const batch = await sources.csv.stage(source, undefined, context);
  const input = { spec, source, csvPath: batch?.path ?? '', knownParts: [], firstRowId: 0 };
  return validateBatch({ ...input, ...context });
}

describe.skipIf(!hasData)('the student files (RELEVO_DATA)', () => {
  it('repeats and contradictions of the original are said, and no row is lost', async () => {
    const result = await ingest('original');
    expect(result).toMatchObject({ rowsRead: 666, rowsAdded: 666, rowsQuarantined: 0 });
    expect(result.warnings).toEqual([
      'unique: 44 of 666 rows repeat an earlier one, expected none',
      'contradiction:Performance: 42 groups of equal rows (103 rows) with different Performance, expected none',
    ]);
  });

  it('the words of the dirty file are those of the original again', async () => {
    const result = await ingest('dirty');
    expect(result).toMatchObject({ rowsRead: 679, rowsAdded: 673, rowsQuarantined: 6 });
    expect(result.quarantinedByRule).toEqual({ 'missing:Performance': 6 });
    const path = result.parts[0].path;
    const words = await readParquet(path, 'DISTINCT Performance AS word');
    expect(words.map(({ word }) => word).sort()).toEqual(['Average', 'Excellent', 'Good', 'Vg']);
    const [{ missing }] = await readParquet(path, 'count(*) - count(Gender) AS missing');
    expect(missing).toBe(8);
  });
});

it('generated students are read without a fault', async () => {
  const result = await ingest('synthetic');
  expect(result).toMatchObject({ rowsRead: 666, rowsAdded: 666, rowsQuarantined: 0 });
  const shares = await readParquet(result.parts[0].path, 'DISTINCT Performance');
  expect(shares).toHaveLength(4);
});
