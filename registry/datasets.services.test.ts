import { afterAll, beforeAll, expect, test } from 'vitest';
import { artifact, dataset, spec } from '../test/records.ts';
import { freshRegistry, type TestRegistry } from '../test/registry.ts';

let db: TestRegistry;
beforeAll(async () => {
  db = await freshRegistry();
  for (const name of ['pump', 'fan']) await db.registry.pipelines.save(spec(name));
});
afterAll(() => db.drop());

test('a committed version comes back whole', async () => {
  const version = dataset('pump');
  const committed = await db.registry.datasets.commit(version);
  expect(committed).toEqual({
    ...version,
    pipeline: 'pump',
    source: 'plant',
    synthetic: false,
    rows: 10,
    createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  expect(await db.another().datasets.get(version.id)).toEqual(committed);
});

test('the same version committed again, even at once by many, is one', async () => {
  const version = dataset('fan', { rows: 11 });
  const others = Array.from({ length: 5 }, () => db.another());
  const committed = await Promise.all(others.map(({ datasets }) => datasets.commit(version)));
  const late = await db.registry.datasets.commit({ ...version, runId: 'ingest/fan/later' });
  expect(new Set([...committed, late].map((one) => JSON.stringify(one))).size).toBe(1);
  expect(await db.registry.datasets.list('fan')).toHaveLength(1);
});

test('the newest of a pipeline and of one of its sources', async () => {
  const plant = dataset('pump', { rows: 20 });
  const lab = dataset('pump', { rows: 21, source: 'lab', synthetic: true });
  await db.registry.datasets.commit(plant);
  await db.registry.datasets.commit(lab);
  expect((await db.registry.datasets.latest('pump'))?.id).toBe(lab.id);
  expect((await db.registry.datasets.latest('pump', 'plant'))?.id).toBe(plant.id);
  expect((await db.registry.datasets.latest('pump', 'lab'))?.synthetic).toBe(true);
  expect(await db.registry.datasets.latest('pump', 'nowhere')).toBeUndefined();
  expect((await db.registry.datasets.list('pump')).map(({ id }) => id).slice(0, 2)).toEqual([
    lab.id,
    plant.id,
  ]);
});

test('a report keeps its part of an ingest result and nothing else', async () => {
  const version = dataset('pump', { rows: 30 });
  const result = {
    ...version.report,
    datasetVersion: version.id,
    changed: true,
    source: 'plant',
    synthetic: false,
  };
  const committed = await db.registry.datasets.commit({
    ...version,
    report: result,
    repairs: artifact('r.parquet'),
  });
  expect(committed.report).toEqual(version.report);
  expect(committed.repairs).toEqual(artifact('r.parquet'));
});

test('refuses a version that its manifest does not name, of a pipeline never saved, or unknown', async () => {
  const version = dataset('pump', { rows: 40 });
  await expect(
    db.registry.datasets.commit({ ...version, id: 'pump/plant@000000000000' }),
  ).rejects.toMatchObject({ details: { field: 'id', expected: version.id } });
  await expect(db.registry.datasets.commit(dataset('nobody'))).rejects.toMatchObject({
    code: 'PIPELINE_NOT_FOUND',
  });
  await expect(db.registry.datasets.get(version.id)).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
});

test('of ingests that continue one version at once, one appends and the others are given what it added', async () => {
  const base = await db.registry.datasets.commit(dataset('fan', { rows: 50 }));
  const next = Array.from({ length: 6 }, (_, i) => dataset('fan', { rows: 51 + i }));
  const given = await Promise.all(next.map((version) => db.another().datasets.commit(version, base.id)));
  expect(new Set(given.map(({ id }) => id)).size).toBe(1);
  expect((await db.registry.datasets.latest('fan'))?.id).toBe(given[0].id);
  expect((await db.registry.datasets.list('fan'))[1].id).toBe(base.id);
  const first = [1, 2].map((rows) => dataset('fan', { rows, source: 'lab' }));
  const labs = await Promise.all(first.map((version) => db.another().datasets.commit(version, null)));
  expect(labs[0].id).toBe(labs[1].id);
});
