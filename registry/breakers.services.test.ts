import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { retrainPolicySchema } from '../contracts/retrain.ts';
import { dataset, model, spec } from '../test/records.ts';
import { freshRegistry, type TestRegistry } from '../test/registry.ts';

let db: TestRegistry;
let pipeline: string;
let count = 0;
const policy = (changes: object = {}) => retrainPolicySchema.parse({ breaker: { failures: 2 }, ...changes });

beforeAll(async () => {
  db = await freshRegistry();
});
beforeEach(async () => {
  pipeline = `breaker-${count++}`;
  await db.registry.pipelines.save(spec(pipeline));
});
afterAll(() => db.drop());

const runOf = (key: string) => ({ id: `retrain/${pipeline}/${key}`, workflowRunId: `${pipeline}-${key}` });
const admit = (key: string, changes?: object) =>
  db.registry.breakers.admit(pipeline, policy(changes), runOf(key));
const fail = (key: string) =>
  db.registry.breakers.conclude(pipeline, policy(), runOf(key), { verdict: 'failure', reason: 'no memory' });

test('a pipeline that was never retrained has a closed breaker and has spent nothing', async () => {
  expect(await db.registry.breakers.get(pipeline)).toEqual({
    pipeline,
    ...{ state: 'closed', forced: false, failures: 0, losses: 0 },
    spent: { retrains: 0, computeMinutes: 0 },
  });
});

test('a step that is tried again counts once', async () => {
  await admit('one');
  await admit('one');
  expect((await db.registry.breakers.get(pipeline)).spent.retrains).toBe(1);
  await fail('one');
  const again = await fail('one');
  expect(again).toMatchObject({ from: 'closed', to: 'closed', breaker: { failures: 1 } });
  const events = await db.registry.breakers.events(pipeline);
  expect(events.map(({ action, reason }) => [action, reason])).toEqual([
    ['conclude', 'failure: no memory'],
    ['admit', 'the breaker is closed'],
  ]);
});

test('of many at once, as many as the budget has are let through', async () => {
  const other = db.another();
  const budget = { retrainsPerDay: 3, computeMinutesPerDay: 60 };
  const asked = Array.from({ length: 8 }, (_, at) =>
    (at % 2 ? other : db.registry).breakers.admit(pipeline, policy({ budget }), runOf(String(at))),
  );
  const answers = await Promise.allSettled(asked);
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  for (const answer of answers)
    if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'BREAKER_OPEN' });
});

test('when its hours are over, one of many is tried, and closes or opens it for all', async () => {
  await fail('one');
  expect(await fail('two')).toMatchObject({ from: 'closed', to: 'open' });
  await expect(admit('early')).rejects.toMatchObject({ code: 'BREAKER_OPEN' });
  const soon = { breaker: { failures: 2, openHours: 1e-9 } };
  const first = await admit('tried', soon);
  expect(first).toMatchObject({ state: 'half_open', trialRun: runOf('tried').id });
  await expect(admit('second')).rejects.toMatchObject({
    message: expect.stringContaining(`waits for ${runOf('tried').id}`),
  });
  await db.registry.breakers.conclude(pipeline, policy(), runOf('tried'), {
    verdict: 'success',
    reason: 'won',
  });
  expect(await db.registry.breakers.get(pipeline)).toMatchObject({ state: 'closed', failures: 0 });
});

test('a person’s word holds until a person takes it back', async () => {
  const force = (state: 'open' | 'closed') =>
    db.registry.breakers.force(pipeline, { state, actor: 'ana', reason: 'the meter is being replaced' });
  await force('open');
  await expect(admit('one', { breaker: { openHours: 1e-9 } })).rejects.toMatchObject({
    message: expect.stringContaining('a person has opened'),
  });
  await force('closed');
  expect(await admit('two')).toMatchObject({ state: 'closed', forced: false });
  const events = await db.registry.breakers.events(pipeline);
  expect(events.map(({ action, from, to, actor }) => [action, from, to, actor])).toEqual([
    ['admit', 'closed', 'closed', runOf('two').id],
    ['force', 'open', 'closed', 'ana'],
    ['refuse', 'open', 'open', runOf('one').id],
    ['force', 'closed', 'open', 'ana'],
  ]);
});

test('minutes are those of the runs that were let through', async () => {
  const run = runOf('long');
  await admit('long');
  await db.registry.runs.start({ ...run, kind: 'retrain', pipeline, input: {} });
  const client = new pg.Client(db.url);
  await client.connect();
  await client.query(`update relevo.runs set started_at = now() - interval '90 minutes' where id = $1`, [
    run.id,
  ]);
  await client.end();
  const { spent } = await db.registry.breakers.get(pipeline);
  expect(spent.computeMinutes).toBeCloseTo(90, 1);
  await expect(admit('next', { budget: { computeMinutesPerDay: 60 } })).rejects.toMatchObject({
    message: expect.stringContaining('90 compute minutes'),
  });
});

test('the audit is only ever added to', async () => {
  await admit('one');
  const client = new pg.Client(db.url);
  await client.connect();
  await expect(client.query('delete from relevo.breaker_events')).rejects.toMatchObject({ code: '23001' });
  await client.end();
});

test('an update is the next patch of the version that it goes on from', async () => {
  const { id } = await db.registry.datasets.commit(dataset(pipeline));
  const register = async (key: string, updates?: string) =>
    (await db.registry.models.register(model(pipeline, id, { runId: `${pipeline}/${key}`, updates })))
      .version;
  expect(await register('1')).toBe('1.0.0');
  expect(await register('2')).toBe('1.1.0');
  expect(await register('3', '1.0.0')).toBe('1.0.1');
  expect(await register('4', '1.0.0')).toBe('1.0.2');
  expect(await register('5', '1.0.1')).toBe('1.0.3');
  expect(await register('6', '1.1.0')).toBe('1.1.1');
  expect(await register('6', '1.1.0')).toBe('1.1.1');
  expect(await register('7')).toBe('1.2.0');
  await expect(register('8', '7.0.0')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
});
