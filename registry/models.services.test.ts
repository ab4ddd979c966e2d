import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { dataset, model, spec } from '../test/records.ts';
import { freshRegistry, type TestRegistry } from '../test/registry.ts';

let db: TestRegistry;
let pipeline: string;
let datasetVersion: string;
let count = 0;

beforeAll(async () => {
  db = await freshRegistry();
});
beforeEach(async () => {
  pipeline = `pump-${count++}`;
  await db.registry.pipelines.save(spec(pipeline));
  datasetVersion = (await db.registry.datasets.commit(dataset(pipeline))).id;
});
afterAll(() => db.drop());

const run = (n: number): string => `train/${pipeline}/${n}`;

test('a version comes back whole, and is the challenger', async () => {
  const wanted = model(pipeline, datasetVersion);
  const registered = await db.registry.models.register(wanted);
  expect(registered).toEqual({ ...wanted, version: '1.0.0', createdAt: expect.any(String) });
  expect(JSON.stringify(registered.spec)).toBe(JSON.stringify(wanted.spec));
  expect(Object.keys(registered.params)).toEqual(['zAlpha', 'alpha']);
  expect(await db.another().models.get(pipeline, '1.0.0')).toEqual(registered);
  expect(await db.registry.models.byRun(wanted.runId)).toEqual(registered);
  expect(await db.registry.models.aliases(pipeline)).toEqual({ challenger: '1.0.0' });
});

test('the major version follows the input schema, the minor one the training', async () => {
  const versions: string[] = [];
  for (const [i, digit] of ['6', '6', '7', '7', '6'].entries()) {
    const wanted = model(pipeline, datasetVersion, { runId: run(i), inputSchemaHash: digit.repeat(64) });
    versions.push((await db.registry.models.register(wanted)).version);
  }
  expect(versions).toEqual(['1.0.0', '1.1.0', '2.0.0', '2.1.0', '3.0.0']);
});

test('one run registered by many at once is one version', async () => {
  const versions = await Promise.all(
    Array.from({ length: 8 }, () => db.another().models.register(model(pipeline, datasetVersion))),
  );
  expect(new Set(versions.map(({ version }) => version))).toEqual(new Set(['1.0.0']));
  expect(await db.registry.models.list(pipeline)).toHaveLength(1);
  expect(await db.registry.models.aliasHistory(pipeline)).toHaveLength(1);
});

test('runs that register at once get versions of their own, without gaps', async () => {
  const wanted = Array.from({ length: 12 }, (_, i) => model(pipeline, datasetVersion, { runId: run(i) }));
  const others = [db.another(), db.another(), db.another()];
  const registered = await Promise.all(wanted.map((one, i) => others[i % 3].models.register(one)));
  const versions = registered.map(({ version }) => version);
  expect(new Set(versions)).toEqual(new Set(Array.from({ length: 12 }, (_, i) => `1.${i}.0`)));
  expect(await db.registry.models.aliases(pipeline)).toEqual({ challenger: '1.11.0' });
});

test('pages go on where the last one ended, by number and not by letter', async () => {
  for (let i = 0; i < 12; i++)
    await db.registry.models.register(model(pipeline, datasetVersion, { runId: run(i) }));
  const first = await db.registry.models.list(pipeline, { limit: 5 });
  expect(first.map(({ version }) => version)).toEqual(['1.11.0', '1.10.0', '1.9.0', '1.8.0', '1.7.0']);
  const second = await db.registry.models.list(pipeline, { limit: 5, before: '1.7.0' });
  expect(second.map(({ version }) => version)).toEqual(['1.6.0', '1.5.0', '1.4.0', '1.3.0', '1.2.0']);
  await expect(db.registry.models.list(pipeline, { before: "1.0'; drop" })).rejects.toMatchObject({
    code: 'REQUEST_INVALID',
    details: { field: 'before' },
  });
});

test('what cannot be kept is refused and leaves nothing', async () => {
  const wanted = model(pipeline, datasetVersion);
  const bad = { value: Number.NaN, low: 0, high: 1 };
  await expect(
    db.registry.models.register({ ...wanted, metrics: { ...wanted.metrics, r2: bad } }),
  ).rejects.toMatchObject({ code: 'INTERNAL', details: { field: 'metrics.r2.value' } });
  await expect(
    db.registry.models.register({ ...wanted, parityMaxAbsolute: Number.NaN }),
  ).rejects.toMatchObject({
    code: 'INTERNAL',
  });
  await expect(
    db.registry.models.register({ ...wanted, datasetVersion: 'pump/plant@000000000000' }),
  ).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
  await expect(db.registry.models.register({ ...wanted, pipeline: 'nobody' })).rejects.toMatchObject({
    code: 'PIPELINE_NOT_FOUND',
  });
  expect(await db.registry.models.list(pipeline)).toEqual([]);
  expect(await db.registry.models.aliases(pipeline)).toEqual({});
});

test('unknown versions and runs', async () => {
  await expect(db.registry.models.get(pipeline, '9.9.9')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  expect(await db.registry.models.byRun('train/none/1')).toBeUndefined();
  expect(await db.registry.models.champion(pipeline)).toBeUndefined();
});
