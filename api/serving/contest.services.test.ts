import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ContestRoute } from '../../contracts/contest.ts';
import { pipeline } from '../../pipelines/index.ts';
import { createFolderArtifacts } from '../../registry/artifacts/folder.ts';
import { openRegistry, type Registry } from '../../registry/index.ts';
import type { NewModelVersion } from '../../registry/types.ts';
import { dataset } from '../../test/records.ts';
import { freshRegistry, type TestRegistry } from '../../test/registry.ts';
import { startApi, type TestApi } from '../../test/support/api.ts';
import { type Door, openDoor } from '../../test/support/door.ts';
import { type JsonRow, type SteelModel, trainSteelModel } from '../../test/support/steel-model.ts';
import { registryChampions } from './champions/source.ts';
import { inShare } from './routing/share.ts';

const spec = pipeline('steel-energy');
const name = spec.name;
const by = { pipeline: name, actor: 'ana', reason: 'test' };
let db: TestRegistry;
let client: pg.Client;
let door: Door;
let home: string;
let behindDoor: Registry;
let api: TestApi;
let rows: JsonRow[];
let champion: string;
let challenger: string;
let third: string;
let unready: string;
let otherColumns: string;

interface Prediction {
  id: string;
  value: number;
  modelVersion: string;
}
async function post<T>(path: string, body: unknown, key?: string): Promise<T> {
  const headers = { 'content-type': 'application/json', ...(key && { 'x-relevo-key': key }) };
  const response = await fetch(api.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return JSON.parse(text);
}
const predict = async (body: unknown, key?: string): Promise<Prediction[]> =>
  (await post<{ predictions: Prediction[] }>('/predict', body, key)).predictions;
const tell = (outcomes: unknown[]) =>
  post<{ outcomes: { status: string }[] }>(`/v1/pipelines/${name}/outcomes`, outcomes);
const contenders = (): string[] =>
  api.deps.champions.lineup(name).contenders.map(({ route }) => `${route.challenger} ${route.share}`);
/** Those of the ids that are in the log, each as often as it is. */
const logged = async (ids: string[]): Promise<string[]> => {
  const text = 'select id from relevo.predictions where id = any($1) order by id';
  return (await client.query(text, [ids])).rows.map(({ id }) => id);
};

const spooledBatches = (metrics: string): number =>
  Number(/^relevo_prediction_log_spooled_batches (\d+)$/m.exec(metrics)?.[1]);

const route = (change: Partial<ContestRoute> = {}): ContestRoute => ({
  ...{ pipeline: name, challenger, stage: 'canary', share: 0.3, salt: 'salt' },
  ...change,
});
async function routed(...routes: ContestRoute[]): Promise<void> {
  for (const { challenger: other } of await db.registry.routes.active(name))
    await db.registry.routes.clear(name, other);
  for (const one of routes) await db.registry.routes.set(one);
  await expect
    .poll(contenders, { timeout: 5_000 })
    .toEqual(routes.map((one) => `${one.challenger} ${one.share}`));
}

async function register(model: SteelModel, key: string, change: Partial<NewModelVersion> = {}) {
  const artifacts = createFolderArtifacts(home);
  const onnx = await artifacts.putBytes(model.onnx, {
    name: 'model.onnx',
    mediaType: 'application/onnx',
  });
  const { version: _, createdAt: __, ...version } = model.version;
  const { id: datasetVersion } = await db.registry.datasets.commit(dataset(name));
  const runId = `train/${name}/${key}`;
  const inputSchemaHash = '0'.repeat(64);
  const whole = { ...version, runId, onnx, datasetVersion, inputSchemaHash, ...change };
  return (await db.registry.models.register(whole)).version;
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'relevo-contest-'));
  db = await freshRegistry();
  client = new pg.Client(db.url);
  await client.connect();
  await db.registry.pipelines.save(spec);
  const sizes = { rows: 500, depth: 3 };
  const models = [
    await trainSteelModel({ ...sizes, trees: 5 }),
    await trainSteelModel({ ...sizes, trees: 9 }),
    await trainSteelModel({ ...sizes, trees: 13 }),
  ];
  rows = models[0].rows;
  [champion, challenger, third] = await Promise.all(models.map((model, i) => register(model, String(i))));
  unready = await register({ ...models[1], onnx: Buffer.from('no model') }, 'unready');
  otherColumns = await register(models[1], 'other', { inputSchemaHash: 'f'.repeat(64) });
  await db.registry.models.promote({ ...by, version: champion });
  door = await openDoor(db.url);
  behindDoor = openRegistry(door.url, { poolSize: 4 });
  api = await startApi({
    source: registryChampions(behindDoor, createFolderArtifacts(home), door.url),
    databaseUrl: door.url,
    recording: { lingerMs: 20, copyTimeoutMs: 500, retryMs: { first: 50, longest: 200 } },
  });
}, 120_000);
beforeEach(async () => {
  await routed();
  await expect.poll(() => api.deps.champions.serving(name).version.version).toBe(champion);
});
afterAll(async () => {
  await api.close();
  door.shut();
  await behindDoor.close();
  await client.end();
  await db.drop();
  await rm(home, { recursive: true, force: true });
});

describe('a challenger in shadow', () => {
  it('answers nobody, and what it says of each row is evidence once the outcome is known', async () => {
    await routed(route({ stage: 'shadow', share: 0 }));
    const since = new Date().toISOString();
    const answers = [
      ...(await Promise.all(rows.slice(0, 30).map((row) => predict(row)))).flat(),
      ...(await predict({ rows: rows.slice(30, 130) })),
    ];
    expect(new Set(answers.map(({ modelVersion }) => modelVersion))).toEqual(new Set([champion]));
    await tell(answers.map(({ id }, actual) => ({ predictionId: id, actual })));
    const evidence = () => db.registry.predictions.evidence(name, { champion, challenger, since });
    await expect.poll(async () => (await evidence()).pairs.length, { timeout: 10_000 }).toBe(130);
    const { pairs, ...counts } = await evidence();
    expect(counts).toEqual({ answered: 130, answeredByChallenger: 0 });
    const byId = new Map(pairs.map((pair) => [pair.id, pair]));
    for (const [actual, { id, value }] of answers.entries())
      expect(byId.get(id)).toMatchObject({ actual, champion: [value] });
    expect(pairs.filter((pair) => pair.champion[0] !== pair.challenger[0]).length).toBeGreaterThan(100);
  });

  it('sees no traffic where it cannot be opened or reads other columns', async () => {
    await db.registry.routes.set(route({ challenger: unready, share: 1 }));
    await db.registry.routes.set(route({ challenger: otherColumns, share: 1 }));
    await db.registry.routes.set(route({ share: 0.3 }));
    await expect.poll(contenders, { timeout: 5_000 }).toEqual([`${challenger} 0.3`]);
    const answers = (await Promise.all(rows.slice(0, 40).map((row) => predict(row)))).flat();
    const seen = new Set(answers.map(({ modelVersion }) => modelVersion));
    expect([...seen].filter((version) => version !== champion && version !== challenger)).toEqual([]);
  });
});

describe('a challenger in canary', () => {
  const expected = (key: string, share: number): string =>
    inShare(key, 'salt', share) ? challenger : champion;

  it('answers the keys of its share and no other, always the same, alone or among others', async () => {
    await routed(route());
    const keys = rows.slice(0, 200).map((_, i) => `order-${i}`);
    const alone = (await Promise.all(keys.map((key, i) => predict(rows[i], key)))).flat();
    expect(alone.map(({ modelVersion }) => modelVersion)).toEqual(keys.map((key) => expected(key, 0.3)));
    const together = await predict({ rows: rows.slice(0, 200), keys });
    const said = ({ value, modelVersion }: Prediction) => ({ value, modelVersion });
    expect(together.map(said)).toEqual(alone.map(said));
    const oneClient = await predict({ rows: rows.slice(0, 100) }, 'order-3');
    expect(new Set(oneClient.map(({ modelVersion }) => modelVersion))).toEqual(
      new Set([expected('order-3', 0.3)]),
    );
    await routed(route({ share: 0.6 }));
    const later = (await Promise.all(keys.map((key, i) => predict(rows[i], key)))).flat();
    expect(later.map(({ modelVersion }) => modelVersion)).toEqual(keys.map((key) => expected(key, 0.6)));
  });

  it('is in evidence from either side, and its outcomes may be told by key', async () => {
    await routed(route({ share: 0.5 }));
    const since = new Date().toISOString();
    const keys = rows.slice(0, 100).map((_, i) => `shift-${i}`);
    const answers = await predict({ rows: rows.slice(0, 100), keys });
    await tell(keys.map((key, actual) => ({ key, actual })));
    const evidence = () => db.registry.predictions.evidence(name, { champion, challenger, since });
    await expect.poll(async () => (await evidence()).pairs.length, { timeout: 10_000 }).toBe(100);
    const { pairs, answered, answeredByChallenger } = await evidence();
    const byChallenger = answers.filter(({ modelVersion }) => modelVersion === challenger);
    expect([answered, answeredByChallenger]).toEqual([100, byChallenger.length]);
    expect(byChallenger.length).toBeGreaterThan(30);
    const byId = new Map(pairs.map((pair) => [pair.id, pair]));
    for (const [i, { id, value, modelVersion }] of answers.entries()) {
      expect(byId.get(id)?.actual).toBe(i);
      expect(byId.get(id)?.[modelVersion === challenger ? 'challenger' : 'champion']).toEqual([value]);
    }
    const { stage, key, others } = await db.registry.predictions.get(name, answers[7].id);
    expect({ stage, key, others: others?.length }).toEqual({ stage: 'canary', key: 'shift-7', others: 1 });
  });

  it('is promoted, rolled back and routed 50 times under load: no request fails, nobody answers unallowed', async () => {
    let done = false;
    const seen = new Set<string>();
    let answered = 0;
    const client = async (offset: number): Promise<void> => {
      for (let i = offset; !done; i++) {
        const many = i % 7 === 0;
        const answers = await predict(many ? { rows: rows.slice(0, 80) } : rows[i % rows.length], `k${i}`);
        answered += answers.length;
        for (const { modelVersion } of answers) seen.add(modelVersion);
      }
    };
    const clients = [0, 1000, 2000, 3000].map(client);
    for (let round = 0; round < 50; round++) {
      await db.registry.routes.set(route({ share: (round % 10) / 10, salt: `s${round}` }));
      if (round % 3 === 1) await db.registry.models.promote({ ...by, version: challenger });
      if (round % 3 === 2) await db.registry.routes.clear(name, challenger);
      await sleep(20);
      if (round % 3 === 1) await db.registry.models.rollback({ ...by });
    }
    await db.registry.routes.clear(name, challenger);
    await expect
      .poll(() => [api.deps.champions.serving(name).version.version, ...contenders()], { timeout: 5_000 })
      .toEqual([champion]);
    done = true;
    await Promise.all(clients);
    expect(seen).toEqual(new Set([champion, challenger]));
    expect(seen.has(third)).toBe(false);
    expect(answered).toBeGreaterThan(1_000);
    const after = (await Promise.all(rows.slice(0, 60).map((row, i) => predict(row, `k${i}`)))).flat();
    expect(new Set(after.map(({ modelVersion }) => modelVersion))).toEqual(new Set([champion]));
  }, 60_000);
});

describe('the prediction log', () => {
  it.each([
    ['goes away and comes back', () => door.shut()],
    ['hangs and comes back', () => door.hang()],
  ])(
    'loses and doubles nothing while the database %s, and answers go on',
    async (_, leave) => {
      const sent: string[] = [];
      const send = async (count: number): Promise<void> => {
        for (let i = 0; i < count; i++) {
          const answers = await predict(i % 5 === 0 ? rows.slice(0, 40) : rows[i]);
          sent.push(...answers.map(({ id }) => id));
          await sleep(5);
        }
      };
      await send(40);
      leave();
      await send(200);
      const metrics = await (await fetch(`${api.url}/metrics`)).text();
      expect(spooledBatches(metrics)).toBeGreaterThan(0);
      door.shut();
      await door.open();
      await send(40);
      await expect.poll(() => logged(sent), { timeout: 20_000 }).toEqual([...sent].sort());
      await expect
        .poll(async () => (await fetch(`${api.url}/metrics`)).text(), { timeout: 10_000 })
        .toMatch(/relevo_prediction_log_spooled_batches 0/);
    },
    60_000,
  );

  it('keeps what was asked and how it was answered, and gives it by id', async () => {
    const [{ id, value }] = await predict(rows[3], 'machine-9');
    const path = `${api.url}/v1/pipelines/${name}/predictions/${id}`;
    await expect.poll(async () => (await fetch(path)).status, { timeout: 10_000 }).toBe(200);
    const body = await (await fetch(path)).json();
    expect(body).toMatchObject({
      ...{ id, pipeline: name, version: champion, key: 'machine-9', inputs: rows[3] },
      answer: { values: [value] },
      latencyUs: expect.any(Number),
    });
    const absent = await fetch(
      `${api.url}/v1/pipelines/${name}/predictions/${id.slice(0, -1)}${id.endsWith('0') ? 1 : 0}`,
    );
    expect(absent.status).toBe(404);
  });
});

describe('outcomes', () => {
  it('answer what became of each, in order', async () => {
    const [{ id: predictionId }] = await predict(rows[0]);
    const joined = async () => (await tell([{ predictionId, actual: 3.5 }])).outcomes[0].status;
    expect(['waiting', 'joined']).toContain(await joined());
    expect(await joined()).toBe('repeated');
    const { outcomes } = await tell([
      { predictionId, actual: 4 },
      { key: 'never-asked', actual: 1, at: '2026-01-01T00:00:00Z' },
      { predictionId: '01000000-0000-7000-8000-000000000000', actual: 1 },
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['corrected', 'waiting', 'unknown']);
  });

  it.each([
    [[], 'REQUEST_INVALID', 'outcomes'],
    [{ rows: [] }, 'REQUEST_INVALID', 'outcomes'],
    [[{ actual: 1 }], 'REQUEST_INVALID', 'predictionId'],
    [
      [{ key: 'a', predictionId: '01000000-0000-7000-8000-000000000000', actual: 1 }],
      'REQUEST_INVALID',
      'predictionId',
    ],
    [[{ predictionId: 'x', actual: 1 }], 'REQUEST_INVALID', 'predictionId'],
    [[{ key: '', actual: 1 }], 'REQUEST_INVALID', 'key'],
    [[{ key: 'a', actual: 1, at: 'yesterday' }], 'REQUEST_INVALID', 'at'],
    [[{ key: 'a', actual: 1, colour: 2 }], 'REQUEST_INVALID', 'colour'],
    [[{ key: 'a', actual: 'many' }], 'ROW_INVALID', 'actual'],
    [[{ key: 'a' }], 'ROW_INVALID', 'actual'],
    [['a'], 'REQUEST_INVALID', 'outcome'],
  ])('that are %j are refused whole', async (body, code, field) => {
    const response = await fetch(`${api.url}/v1/pipelines/${name}/outcomes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { error } = (await response.json()) as { error: { code: string; field: string } };
    expect({ code: error.code, field: error.field }).toEqual({ code, field });
  });
});
