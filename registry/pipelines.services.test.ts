import { afterAll, beforeAll, expect, test } from 'vitest';
import { spec } from '../test/records.ts';
import { freshRegistry, type TestRegistry } from '../test/registry.ts';

let db: TestRegistry;
beforeAll(async () => {
  db = await freshRegistry();
});
afterAll(() => db.drop());

test('a spec comes back as it was saved, keys in their order', async () => {
  const saved = spec('order');
  await db.registry.pipelines.save(saved);
  const { spec: read } = await db.another().pipelines.get('order');
  expect(JSON.stringify(read)).toBe(JSON.stringify(saved));
  expect(Object.keys(read.features)).toEqual(['zFlow', 'aLevel']);
});

test('saving again changes the record only where the spec changed', async () => {
  const first = await db.registry.pipelines.save(spec('again'));
  expect(await db.registry.pipelines.save(spec('again'))).toEqual(first);
  const changed = await db.registry.pipelines.save(spec('again', { seed: 5 }));
  expect(changed.spec.seed).toBe(5);
  expect(changed.createdAt).toBe(first.createdAt);
  expect(changed.updatedAt > first.updatedAt).toBe(true);
});

test('another order of features counts as a change', async () => {
  const before = spec('reordered');
  await db.registry.pipelines.save(before);
  const { zFlow, aLevel } = before.features;
  const { spec: after } = await db.registry.pipelines.save({ ...before, features: { aLevel, zFlow } });
  expect(Object.keys(after.features)).toEqual(['aLevel', 'zFlow']);
});

test('lists by name, and says which one it does not know', async () => {
  const names = (await db.registry.pipelines.list()).map(({ name }) => name);
  expect(names).toEqual([...names].sort());
  expect(names).toContain('order');
  await expect(db.registry.pipelines.get('nobody')).rejects.toMatchObject({
    code: 'PIPELINE_NOT_FOUND',
    details: { value: 'nobody' },
  });
});
