import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { dataset, model, spec } from '../test/records.ts';
import { freshRegistry, type TestRegistry } from '../test/registry.ts';

let db: TestRegistry;
let pipeline: string;
let count = 0;
const by = { actor: 'ana', reason: 'better' };

beforeAll(async () => {
  db = await freshRegistry();
});
beforeEach(async () => {
  pipeline = `pump-${count++}`;
  await db.registry.pipelines.save(spec(pipeline));
  const { id } = await db.registry.datasets.commit(dataset(pipeline));
  for (let i = 0; i < 4; i++)
    await db.registry.models.register(model(pipeline, id, { runId: `train/${pipeline}/${i}` }));
});
afterAll(() => db.drop());

const promote = (version: string, requestId?: string) =>
  db.registry.models.promote({ pipeline, version, ...by, requestId });
const rollback = (requestId?: string) => db.registry.models.rollback({ pipeline, ...by, requestId });
const aliases = () => db.registry.models.aliases(pipeline);

test('a promotion moves champion and previous, takes the challenger off, and is in the audit', async () => {
  expect(await promote('1.2.0')).toEqual({ pipeline, champion: '1.2.0', previous: undefined });
  const evidence = { improvementPercent: { value: 3, low: 1, high: 5 } };
  const move = await db.registry.models.promote({ pipeline, version: '1.3.0', ...by, evidence });
  expect(move).toEqual({ pipeline, champion: '1.3.0', previous: '1.2.0' });
  expect(await aliases()).toEqual({ champion: '1.3.0', previous: '1.2.0' });
  expect((await db.registry.models.champion(pipeline))?.version).toBe('1.3.0');
  const [last] = await db.registry.models.aliasHistory(pipeline);
  expect(last).toEqual({
    pipeline,
    action: 'promote',
    version: '1.3.0',
    after: { champion: '1.3.0', previous: '1.2.0', challenger: undefined },
    ...by,
    evidence,
    at: expect.any(String),
  });
});

test('a comparison with a champion that was replaced meanwhile promotes nobody', async () => {
  const won = (overChampion: string | null) =>
    db.registry.models.promote({ pipeline, version: '1.3.0', ...by, overChampion });
  await promote('1.0.0');
  await promote('1.1.0');
  await expect(won('1.0.0')).rejects.toMatchObject({ code: 'CHAMPION_MOVED', details: { value: '1.1.0' } });
  await expect(won(null)).rejects.toMatchObject({ code: 'CHAMPION_MOVED' });
  expect((await aliases()).champion).toBe('1.1.0');
  expect((await won('1.1.0')).champion).toBe('1.3.0');
});

test('promoting the champion again changes nothing', async () => {
  const move = await promote('1.0.0');
  const history = await db.registry.models.aliasHistory(pipeline);
  expect(await promote('1.0.0')).toEqual(move);
  expect(await db.registry.models.aliasHistory(pipeline)).toEqual(history);
});

test('each rollback goes one promotion further back and never to what was rolled back', async () => {
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) await promote(version);
  expect(await rollback()).toEqual({ pipeline, champion: '1.1.0', previous: '1.0.0' });
  expect(await rollback()).toEqual({ pipeline, champion: '1.0.0', previous: undefined });
  expect(await aliases()).toEqual({ champion: '1.0.0', challenger: '1.3.0' });
  await expect(rollback()).rejects.toMatchObject({ code: 'ROLLBACK_IMPOSSIBLE' });
  await promote('1.3.0');
  expect(await rollback()).toEqual({ pipeline, champion: '1.0.0', previous: undefined });
});

test('nothing to roll back to', async () => {
  await expect(rollback()).rejects.toMatchObject({ code: 'ROLLBACK_IMPOSSIBLE' });
  await expect(db.registry.models.rollback({ pipeline: 'nobody', ...by })).rejects.toMatchObject({
    code: 'PIPELINE_NOT_FOUND',
  });
  await expect(promote('7.0.0')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
});

test('a request made twice moves the aliases once, whatever came between', async () => {
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) await promote(version);
  const move = await rollback('run-1');
  expect(await rollback('run-1')).toEqual(move);
  expect((await aliases()).champion).toBe('1.1.0');
  const promotion = await promote('1.3.0', 'run-2');
  await promote('1.0.0');
  expect(await promote('1.3.0', 'run-2')).toEqual(promotion);
  expect((await aliases()).champion).toBe('1.0.0');
});

test('promotions at once follow one another: the audit is one chain', async () => {
  const versions = ['1.0.0', '1.1.0', '1.2.0', '1.3.0'];
  const others = versions.map(() => db.another());
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      others[i % 4].models.promote({ pipeline, version: versions[(i * 7) % 4], ...by }),
    ),
  );
  const history = (await db.registry.models.aliasHistory(pipeline))
    .reverse()
    .filter((e) => e.action === 'promote');
  for (const [i, event] of history.entries()) {
    expect(event.after.champion).toBe(event.version);
    expect(event.after.previous).toBe(history[i - 1]?.version);
  }
  const last = history.at(-1);
  expect(await aliases()).toMatchObject({ champion: last?.version, previous: last?.after.previous });
});

test('the audit cannot be rewritten', async () => {
  await promote('1.0.0');
  const client = new pg.Client({ connectionString: db.url });
  await client.connect();
  for (const statement of [
    `update relevo.alias_events set actor = 'nobody'`,
    'delete from relevo.alias_events',
    'truncate relevo.alias_events',
  ])
    await expect(client.query(statement)).rejects.toThrow(/alias_events is append-only/);
  await client.end();
});
