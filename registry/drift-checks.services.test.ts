import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DriftReport } from '../contracts/drift.ts';
import { parsePipelineSpec } from '../contracts/pipeline.ts';
import { pipelines } from '../pipelines/index.ts';
import { freshRegistry, type TestRegistry } from '../test/registry.ts';
import type { MonitorState, NewDriftCheck } from './types.ts';

let db: TestRegistry;
beforeAll(async () => {
  db = await freshRegistry();
});
afterAll(() => db.drop());

const report = (pipeline: string): DriftReport => ({
  pipeline,
  modelVersion: '1.0.0',
  datasetVersion: `${pipeline}/csv@0123456789ab`,
  currentRows: { from: 10, to: 19 },
  rows: { reference: 100, current: 10, sampled: false },
  verdict: 'insufficient_data',
  columns: [],
  streams: [],
  quality: [],
  attribution: [],
  advice: { mode: 'none', why: { en: 'too few rows', es: 'muy pocas filas' } },
});
const check = (pipeline: string, id: string): NewDriftCheck => ({
  id,
  pipeline,
  runId: `monitor/${pipeline}/${id}`,
  modelVersion: '1.0.0',
  datasetVersion: `${pipeline}/csv@0123456789ab`,
  verdict: 'insufficient_data',
  report: report(pipeline),
});
const memory = (streamedRowId: number): MonitorState => ({
  lineage: '0'.repeat(64),
  modelVersion: '1.0.0',
  comparedRowId: null,
  streamedRowId,
  history: { load: [true, false] },
  online: { wealth: 0.1 + 0.2 },
  streams: [{ detector: 'adwin', series: 'error', state: { total: 1 / 3, zero: [0] }, rows: 7, alarms: [3] }],
  volumes: [24, 24],
});
async function known(name: string): Promise<string> {
  await db.registry.pipelines.save(parsePipelineSpec({ ...pipelines['steel-energy'], name }));
  return name;
}

test('a check and what it leaves are one; the same check again changes nothing', async () => {
  const pipeline = await known('pump');
  const { drift } = db.registry;
  expect(await drift.state(pipeline)).toBeUndefined();
  expect(await drift.latest(pipeline)).toBeUndefined();
  expect(await drift.save(check(pipeline, 'a'), { after: null, state: memory(19) })).toBe('saved');
  expect(await drift.save(check(pipeline, 'a'), { after: null, state: memory(99) })).toBe('repeated');
  expect(await drift.state(pipeline)).toEqual({ after: 'a', state: memory(19) });
  expect(await drift.latest(pipeline)).toEqual({
    ...check(pipeline, 'a'),
    createdAt: expect.any(String),
    cursor: expect.any(String),
  });
});

test('of two checks from the same memory one is overtaken, so that no row is seen twice', async () => {
  const pipeline = await known('fan');
  const { drift } = db.registry;
  await drift.save(check(pipeline, 'first'), { after: null, state: memory(1) });
  const outcomes = await Promise.all(
    ['x', 'y', 'z'].map((id) =>
      db.another().drift.save(check(pipeline, id), { after: 'first', state: memory(2) }),
    ),
  );
  expect(outcomes.toSorted()).toEqual(['overtaken', 'overtaken', 'saved']);
  expect(await drift.list(pipeline)).toHaveLength(2);
  expect(await drift.save(check(pipeline, 'late'), { after: null, state: memory(3) })).toBe('overtaken');
});

test('a check without memory leaves the memory as it is', async () => {
  const pipeline = await known('mill');
  const { drift } = db.registry;
  await drift.save(check(pipeline, 'a'), { after: null, state: memory(1) });
  expect(await drift.save(check(pipeline, 'b'))).toBe('saved');
  expect((await drift.state(pipeline))?.after).toBe('a');
  expect((await drift.latest(pipeline))?.id).toBe('b');
});

test('pages, unknown checks and pipelines', async () => {
  const pipeline = await known('kiln');
  const { drift } = db.registry;
  for (const id of ['a', 'b', 'c', 'd']) await drift.save(check(pipeline, id));
  const page = await drift.list(pipeline, { limit: 2 });
  expect(page.map(({ id }) => id)).toEqual(['d', 'c']);
  const rest = await drift.list(pipeline, { before: page[1].cursor });
  expect(rest.map(({ id }) => id)).toEqual(['b', 'a']);
  await expect(drift.list(pipeline, { before: 'x' })).rejects.toMatchObject({
    code: 'REQUEST_UNPROCESSABLE',
  });
  await expect(drift.get(pipeline, 'none')).rejects.toMatchObject({ code: 'DRIFT_CHECK_NOT_FOUND' });
  await expect(drift.save(check('never-saved', 'a'))).rejects.toMatchObject({ code: 'PIPELINE_NOT_FOUND' });
});
