import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshRegistry, type TestRegistry } from '../test/registry.ts';
import type { NewRun } from './types.ts';

let db: TestRegistry;
beforeAll(async () => {
  db = await freshRegistry();
});
afterAll(() => db.drop());

const run = (pipeline: string, key: string, change: Partial<NewRun> = {}): NewRun => ({
  id: `train/${pipeline}/${key}`,
  kind: 'train',
  pipeline,
  workflowRunId: `w-${key}`,
  input: { options: { zeta: 1, alpha: 2 } },
  ...change,
});

test('a run starts once and ends once; the first outcome stays', async () => {
  const wanted = run('pump', 'once');
  const [started] = await Promise.all([1, 2, 3].map(() => db.another().runs.start(wanted)));
  expect(started).toEqual({
    ...wanted,
    state: 'running',
    result: undefined,
    error: undefined,
    startedAt: expect.any(String),
    finishedAt: undefined,
    cursor: expect.any(String),
  });
  const { id, workflowRunId } = wanted;
  const done = await db.registry.runs.finish({
    id,
    workflowRunId,
    state: 'completed',
    result: { b: 1, a: 2 },
  });
  expect(done).toMatchObject({ state: 'completed', result: { b: 1, a: 2 }, finishedAt: expect.any(String) });
  expect(await db.registry.runs.finish({ id, workflowRunId, state: 'cancelled' })).toEqual(done);
  expect(await db.registry.runs.start(wanted)).toEqual(done);
  expect(await db.registry.runs.list({ pipeline: 'pump', limit: 10 })).toHaveLength(1);
});

test('an error keeps what broken bytes put into it', async () => {
  const { id, workflowRunId } = await db.registry.runs.start(run('pump', 'broken'));
  const error = { code: 'SOURCE_ROW_MALFORMED', message: 'cell "a\0b"', details: { value: '\0\ud800' } };
  await db.registry.runs.finish({ id, workflowRunId, state: 'failed', error });
  expect((await db.registry.runs.get(id)).error).toEqual(error);
});

test('the same id run again is another run, and the newest is the one it names', async () => {
  await db.registry.runs.start(run('fan', 'twice', { workflowRunId: 'first' }));
  await db.registry.runs.start(run('fan', 'twice', { workflowRunId: 'second' }));
  expect((await db.registry.runs.get('train/fan/twice')).workflowRunId).toBe('second');
  expect(await db.registry.runs.list({ pipeline: 'fan', limit: 10 })).toHaveLength(2);
});

test('lists newest first in pages, by pipeline, kind and state', async () => {
  for (let i = 0; i < 7; i++)
    await db.registry.runs.start(run('mill', `k${i}`, { kind: i % 2 ? 'ingest' : 'train' }));
  await db.registry.runs.finish({ id: 'train/mill/k6', workflowRunId: 'w-k6', state: 'completed' });
  const pages: string[][] = [];
  for (let before: string | undefined; pages.length < 5; ) {
    const page = await db.registry.runs.list({ pipeline: 'mill', limit: 3, before });
    if (page.length === 0) break;
    pages.push(page.map(({ workflowRunId }) => workflowRunId));
    before = page.at(-1)?.cursor;
  }
  expect(pages).toEqual([['w-k6', 'w-k5', 'w-k4'], ['w-k3', 'w-k2', 'w-k1'], ['w-k0']]);
  const ids = async (filter: object) =>
    (await db.registry.runs.list({ pipeline: 'mill', limit: 10, ...filter })).map((one) => one.workflowRunId);
  expect(await ids({ kind: 'ingest' })).toEqual(['w-k5', 'w-k3', 'w-k1']);
  expect(await ids({ kind: 'train', state: 'running' })).toEqual(['w-k4', 'w-k2', 'w-k0']);
  await expect(ids({ before: '1 or 1=1' })).rejects.toMatchObject({ code: 'REQUEST_UNPROCESSABLE' });
});

test('unknown runs', async () => {
  await expect(db.registry.runs.get('train/none/1')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  await expect(
    db.registry.runs.finish({ id: 'train/none/1', workflowRunId: 'w', state: 'failed' }),
  ).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
});
