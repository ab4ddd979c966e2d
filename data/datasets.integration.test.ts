import { describe, expect, it } from 'vitest';
import { readFrame } from './datasets.ts';
import { clean, meter, meterRow, meterRows } from './ingest/fixture.ts';
import { profileDataset, profileSchema } from './profile.ts';

const spec = meter();
/** Two parts of thirty rows; row 4 lacks amps for good, its volts being out of range. */
async function parts(): Promise<string[]> {
  const lines = meterRows(30).map((line, k) =>
    k === 4 ? meterRow(4, { amps: '', volts: '230.0', watts: '1240' }) : line,
  );
  const { parts } = await clean(lines, { chunkRows: 20 });
  return parts.map(({ path }) => path);
}

describe('readFrame', () => {
  it('gives rows by rising id over all parts, typed, with the training-only flag', async () => {
    const frame = await readFrame((await parts()).reverse(), spec);
    expect(frame.rows).toBe(30);
    expect([...frame.rowIds]).toEqual(Array.from({ length: 30 }, (_, k) => k));
    const { at, volts, shift, _trainOnly } = frame.columns;
    expect(at.kind === 'number' && at.values[1]).toBe(Date.UTC(2026, 2, 2, 10, 1) / 1000);
    expect(volts.kind === 'number' && volts.values[0]).toBe(230);
    expect(shift).toMatchObject({ kind: 'text', codes: new Int32Array(30), dictionary: ['Day', 'Night'] });
    expect(_trainOnly.kind === 'number' && _trainOnly.values.length).toBe(30);
  });

  it('gives the wanted rows in the wanted order, and only the wanted columns', async () => {
    const frame = await readFrame(await parts(), spec, { columns: ['watts'], rowIds: [25, 3, 0] });
    expect([...frame.rowIds]).toEqual([25, 3, 0]);
    expect(Object.keys(frame.columns)).toEqual(['watts', '_trainOnly']);
  });

  it('says which row or column is not there', async () => {
    const paths = await parts();
    await expect(readFrame(paths, spec, { rowIds: [30] })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
      details: { value: 30 },
    });
    await expect(readFrame(paths, spec, { columns: ['ohms'] })).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
    });
  });

  it('a dataset without parts is a frame without rows', async () => {
    const frame = await readFrame([], spec);
    expect(frame.rows).toBe(0);
    expect(Object.keys(frame.columns)).toEqual(['at', 'volts', 'amps', 'watts', 'shift', '_trainOnly']);
  });
});

describe('profileDataset', () => {
  it('describes every column, and what goes with what', async () => {
    const profile = await profileDataset(await parts(), spec);
    expect(profileSchema.parse(profile)).toEqual(profile);
    expect(profile.rows).toBe(30);
    const { volts, watts, at, shift } = profile.columns;
    expect(volts).toMatchObject({
      kind: 'number',
      min: 230,
      max: 230,
      mean: 230,
      standardDeviation: 0,
      missing: 0,
    });
    expect(at).toMatchObject({
      kind: 'timestamp',
      first: '2026-03-02T10:00:00',
      last: '2026-03-02T10:29:00',
    });
    expect(shift).toMatchObject({ kind: 'category', values: [{ value: 'Day', count: 30 }] });
    if (watts.kind !== 'number') throw new Error('watts is a number');
    expect(watts.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(30);
    expect(watts.histogram.edges).toHaveLength(watts.histogram.counts.length + 1);
    const { names, values } = profile.correlation;
    const of = (a: string, b: string) => values[names.indexOf(a)][names.indexOf(b)];
    expect(of('amps', 'watts')).toBeGreaterThan(0.999);
    expect(of('volts', 'watts')).toBeNull();
  });

  it('describes a dataset without rows', async () => {
    const profile = await profileDataset([], spec);
    expect(profile).toMatchObject({
      rows: 0,
      columns: { watts: { min: null, histogram: { edges: [], counts: [] } } },
    });
    expect(profileSchema.safeParse(profile).success).toBe(true);
  });
});
