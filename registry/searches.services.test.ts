import { afterAll, beforeAll, expect, test } from 'vitest';
import { spec } from '../test/records.ts';
import { freshRegistry, type TestRegistry } from '../test/registry.ts';
import type { NewSearch } from './types.ts';

let db: TestRegistry;
beforeAll(async () => {
  db = await freshRegistry();
  await db.registry.pipelines.save(spec('pump'));
});
afterAll(() => db.drop());

const search = (id: string): NewSearch => ({
  id,
  runId: 'train/pump/1',
  pipeline: 'pump',
  candidate: 'xgboost',
  estimator: 'xgboost',
  space: {
    zDepth: { kind: 'integer', low: 2, high: 9 },
    aRate: { kind: 'float', low: 0.01, high: 0.3, log: true },
  },
  seed: 3,
});

test('a search opened again is the one that was opened first, dimensions in their order', async () => {
  const first = await db.registry.searches.open(search('s-open'));
  const again = await db.another().searches.open({ ...search('s-open'), seed: 99 });
  expect(again).toEqual(first);
  expect(Object.keys(again.space)).toEqual(['zDepth', 'aRate']);
});

test('a trial asked twice, even at once, keeps the parameters it was given first', async () => {
  await db.registry.searches.open(search('s-ask'));
  const asked = await Promise.all(
    Array.from({ length: 6 }, (_, i) => db.another().searches.ask('s-ask', 0, { zDepth: i, aRate: 0.1 })),
  );
  expect(new Set(asked.map(({ params }) => params.zDepth)).size).toBe(1);
  expect(Object.keys(asked[0].params)).toEqual(['zDepth', 'aRate']);
  expect(await db.registry.searches.trials('s-ask')).toEqual([asked[0]]);
});

test('a told outcome comes back exactly, and stays when told again', async () => {
  await db.registry.searches.open(search('s-tell'));
  await db.registry.searches.ask('s-tell', 0, { zDepth: 4 });
  const score = 0.1 + 0.2;
  const steps: [number, number][] = [
    [10, 1 / 3],
    [20, score],
  ];
  const told = await db.registry.searches.tell('s-tell', 0, { state: 'complete', score, steps });
  expect(told).toMatchObject({ state: 'complete', score, steps, error: undefined });
  const again = await db.registry.searches.tell('s-tell', 0, { state: 'pruned', score: 9, steps: [] });
  expect(again).toEqual(told);
});

test('a failed trial may be bettered by its retry', async () => {
  await db.registry.searches.open(search('s-retry'));
  await db.registry.searches.ask('s-retry', 0, { zDepth: 4 });
  const failed = await db.registry.searches.tell('s-retry', 0, {
    state: 'failed',
    steps: [],
    error: 'boom\0!',
  });
  expect(failed).toMatchObject({ state: 'failed', error: 'boom\u{fffd}!', score: undefined });
  const mended = await db.registry.searches.tell('s-retry', 0, { state: 'complete', score: 1, steps: [] });
  expect(mended).toMatchObject({ state: 'complete', score: 1, error: undefined });
});

test('trials come by number; a score that is no number, and a trial never asked for, are refused', async () => {
  await db.registry.searches.open(search('s-list'));
  for (const number of [2, 0, 1]) await db.registry.searches.ask('s-list', number, {});
  expect((await db.registry.searches.trials('s-list')).map(({ number }) => number)).toEqual([0, 1, 2]);
  for (const score of [Number.NaN, Number.POSITIVE_INFINITY, undefined])
    await expect(
      db.registry.searches.tell('s-list', 0, { state: 'complete', score, steps: [] }),
    ).rejects.toMatchObject({ code: 'INTERNAL' });
  await expect(
    db.registry.searches.tell('s-list', 7, { state: 'complete', score: 1, steps: [] }),
  ).rejects.toThrow(/Trial 7/);
  expect((await db.registry.searches.trials('s-list'))[0].state).toBe('asked');
});
