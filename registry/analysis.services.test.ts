import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { spec } from '../test/records.ts';
import { freshRegistry, type TestRegistry } from '../test/registry.ts';
import type { AnalysisQuery } from './analysis.ts';
import { encodePredictions, type LoggedPrediction } from './prediction-batches.ts';
import { idHead, idTail } from './prediction-ids.ts';

let db: TestRegistry;
let pipeline: string;
let made = 0;

beforeAll(async () => {
  db = await freshRegistry();
});
beforeEach(async () => {
  pipeline = `pump-${made++}`;
  await db.registry.pipelines.save(spec(pipeline));
});
afterAll(() => db.drop());

const idAt = (moment: string): string => idHead(Date.parse(moment)) + idTail(made++, '000000000000');
const answered = (
  moment: string,
  value: number,
  change: Partial<LoggedPrediction> = {},
): LoggedPrediction => ({
  id: idAt(moment),
  pipeline,
  version: '1.0.0',
  inputs: { line: 'A' },
  answer: { values: [value] },
  latencyUs: 100,
  ...change,
});
const log = async (...rows: LoggedPrediction[]): Promise<LoggedPrediction[]> => {
  await db.registry.predictions.copy(encodePredictions(rows));
  return rows;
};
const aggregate = (change: Partial<AnalysisQuery> = {}) =>
  db.registry.analysis.aggregate({
    ...{ pipeline, task: 'regression', timezone: 'UTC', by: 'none', limit: 100 },
    ...{ from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' },
    ...change,
  });

test('a period holds what was answered from its start up to and without its end', async () => {
  await log(answered('2026-05-01T00:00:00Z', 1), answered('2026-05-31T23:59:59.999Z', 3));
  await log(answered('2026-04-30T23:59:59.999Z', 50), answered('2026-06-01T00:00:00Z', 50));
  expect(await aggregate()).toEqual([
    { group: null, count: 2, outcomes: 0, prediction: { count: 2, mean: 2, sum: 4, min: 1, max: 3 } },
  ]);
  expect(await aggregate({ to: '2026-05-01T00:00:00Z' })).toEqual([]);
});

test('outcomes are told by id or by key, and the one by id counts', async () => {
  const [byId] = await log(
    answered('2026-05-02T08:00:00Z', 10, { key: 'order-1' }),
    answered('2026-05-02T08:00:01Z', 20, { key: 'order-2' }),
    answered('2026-05-02T08:00:02Z', 30),
  );
  await db.registry.outcomes.record(pipeline, [
    { key: 'order-1', actual: 99 },
    { predictionId: byId.id, actual: 12 },
    { key: 'order-2', actual: 16 },
  ]);
  expect(await aggregate()).toEqual([
    {
      group: null,
      count: 3,
      outcomes: 2,
      prediction: { count: 3, mean: 20, sum: 60, min: 10, max: 30 },
      actual: { count: 2, mean: 14, sum: 28, min: 12, max: 16 },
      meanAbsoluteError: 3,
    },
  ]);
});

test("hours, days and shifts are the plant's", async () => {
  await log(
    answered('2026-05-02T04:59:00Z', 1),
    answered('2026-05-02T05:01:00Z', 2),
    answered('2026-05-02T12:30:00Z', 4),
  );
  const groups = async (by: AnalysisQuery['by']) =>
    (await aggregate({ by, timezone: 'America/Bogota' })).map(({ group, count }) => [group, count]);
  // Midnight in Bogotá is 05:00 UTC.
  expect(await groups('day')).toEqual([
    ['2026-05-01T05:00:00Z', 1],
    ['2026-05-02T05:00:00Z', 2],
  ]);
  expect(await groups('hour')).toEqual([
    ['2026-05-02T04:00:00Z', 1],
    ['2026-05-02T05:00:00Z', 1],
    ['2026-05-02T12:00:00Z', 1],
  ]);
  // Shifts begin at 06:00, 14:00 and 22:00; the night's began the day before.
  expect(await groups('shift')).toEqual([
    ['2026-05-02T03:00:00Z', 2],
    ['2026-05-02T11:00:00Z', 1],
  ]);
  expect(await groups({ shift: { startsAt: '00:00', hours: 12 } })).toEqual([
    ['2026-05-01T17:00:00Z', 1],
    ['2026-05-02T05:00:00Z', 2],
  ]);
});

test('a column that names its groups is a value, never SQL', async () => {
  await log(
    answered('2026-05-02T04:59:00Z', 1),
    answered('2026-05-02T05:01:00Z', 2, { inputs: { line: 'B' } }),
    answered('2026-05-02T05:01:01Z', 3, { inputs: undefined }),
  );
  const by = async (column: string) =>
    (await aggregate({ by: { column } })).map(({ group, count }) => [group, count]);
  expect(await by('line')).toEqual([
    [null, 1],
    ['A', 1],
    ['B', 1],
  ]);
  expect(await by(`line') from pg_user; drop table relevo.predictions; --`)).toEqual([[null, 3]]);
  expect(await aggregate({ by: { column: 'line' }, limit: 2 })).toHaveLength(2);
});

test('a classification is counted by class, with the share that was right', async () => {
  const rows = await log(
    answered('2026-05-02T05:00:00Z', 0.9, { answer: { values: [0.9, 0.1], label: 'on' } }),
    answered('2026-05-02T05:00:01Z', 0.8, { answer: { values: [0.8, 0.2], label: 'on' } }),
    answered('2026-05-02T05:00:02Z', 0.2, { answer: { values: [0.2, 0.8], label: 'off' } }),
  );
  await db.registry.outcomes.record(
    pipeline,
    ['on', 'off', 'off'].map((actual, at) => ({ predictionId: rows[at].id, actual })),
  );
  expect(await aggregate({ task: 'classification' })).toEqual([
    { group: null, count: 3, outcomes: 3, labels: { off: 1, on: 2 }, rightShare: 2 / 3 },
  ]);
});
