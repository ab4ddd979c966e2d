import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parseEnvironment } from '../contracts/env.ts';
import { pipeline } from '../pipelines/index.ts';
import { migrate } from '../registry/migrate.ts';
import { taskQueues } from '../temporal.config.ts';
import { testBundle } from '../test/bundles.ts';
import { freshDatabase, type TestDatabase } from '../test/database.ts';
import { ownTemporal } from '../test/own-temporal.ts';
import { dataset } from '../test/records.ts';
import { startApi, type TestApi } from '../test/support/api.ts';
import { type SteelModel, trainSteelModel } from '../test/support/steel-model.ts';
import { controlActivities } from '../workers/deps/control.ts';
import { type Ground, openGround } from '../workers/deps/ground.ts';
import { createLogger } from '../workers/logging.ts';
import { registryChampions } from './serving/champions/source.ts';

const spec = pipeline('steel-energy');
const headers = { 'content-type': 'application/json' };
let database: TestDatabase;
let home: string;
let ground: Ground;
let worker: Worker;
let working: Promise<void>;
let native: NativeConnection;
let connection: Connection;
let api: TestApi;
let models: SteelModel[];

/** Quiet: what a test makes fail on purpose is no news. */
const logger = createLogger('test', 'fatal');

/** The control worker alone: what a run needs of the compute worker waits. */
async function startWorker(): Promise<void> {
  Runtime.install({ logger });
  native = await NativeConnection.connect({ address: ownTemporal() });
  worker = await Worker.create({
    connection: native,
    taskQueue: taskQueues.control,
    workflowBundle: await testBundle(),
    activities: controlActivities(ground),
  });
  working = worker.run();
}

async function register(model: SteelModel, key: string): Promise<string> {
  const onnx = await ground.artifacts.putBytes(model.onnx, {
    name: 'model.onnx',
    mediaType: 'application/onnx',
  });
  const { version: _, createdAt: __, ...version } = model.version;
  const runId = `train/${spec.name}/${key}`;
  const data = await ground.registry.datasets.commit(dataset(spec.name));
  return (await ground.registry.models.register({ ...version, runId, onnx, datasetVersion: data.id }))
    .version;
}

interface Answer {
  status: number;
  body: Record<string, never> & { [key: string]: unknown };
}
async function call(path: string, body?: unknown): Promise<Answer> {
  const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(api.url + path, init);
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}
const start = (key: string) =>
  call(`/v1/pipelines/${spec.name}/runs`, { kind: 'train', key, candidates: ['linear'] });
const runPath = (key: string): string => `/v1/runs/train/${spec.name}/${key}`;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'relevo-api-'));
  database = await freshDatabase(inject('databaseUrl'));
  await migrate(database.url);
  ground = openGround(parseEnvironment({ RELEVO_HOME: home, DATABASE_URL: database.url }));
  await ground.registry.pipelines.save(spec);
  const sizes = { rows: 500, depth: 3 };
  models = [await trainSteelModel({ ...sizes, trees: 5 }), await trainSteelModel({ ...sizes, trees: 9 })];
  await startWorker();
  connection = await Connection.connect({ address: ownTemporal() });
  api = await startApi({
    source: registryChampions(ground.registry, ground.artifacts, database.url),
    databaseUrl: database.url,
    temporalAddress: ownTemporal(),
  });
}, 120_000);

afterAll(async () => {
  await api.close();
  worker.shutdown();
  await working;
  await Promise.all([native.close(), connection.close(), ground.registry.close()]);
  await database.drop();
  await rm(home, { recursive: true, force: true });
});

describe('runs', () => {
  it('start once per key, are listed at once, and say where they can be followed', async () => {
    const { status, body } = await start('twice');
    expect(status).toBe(202);
    const id = `train/${spec.name}/twice`;
    expect(body).toMatchObject({ id, links: { self: `/v1/runs/${encodeURIComponent(id)}` } });
    expect(body.links).toHaveProperty('temporalUi', expect.stringContaining(encodeURIComponent(id)));
    const again = await start('twice');
    expect(again.status).toBe(409);
    expect(again.body.error).toMatchObject({ code: 'RUN_ALREADY_ACTIVE', value: id });
    const list = await call(`/v1/runs?pipeline=${spec.name}&kind=train&state=running`);
    expect(list.body.runs).toContainEqual(expect.objectContaining({ id, state: 'running' }));
  });

  it('are found by their id with plain and with encoded slashes, with progress and what they wait for', async () => {
    await expect
      .poll(async () => (await call(runPath('twice'))).body.activities, { timeout: 20_000 })
      .toContainEqual(expect.objectContaining({ run: expect.stringContaining('train/steel-energy/twice') }));
    const plain = await call(runPath('twice'));
    const encoded = await call(`/v1/runs/${encodeURIComponent(`train/${spec.name}/twice`)}`);
    expect(encoded.body.id).toBe(plain.body.id);
    expect(plain.body.progress).toMatchObject({ fraction: expect.any(Number), steps: expect.any(Array) });
  });

  it('are followed as events until a cancellation ends them', async () => {
    const events = await fetch(`${api.url}${runPath('twice')}/events`);
    expect(events.headers.get('content-type')).toBe('text/event-stream');
    const cancelled = await call(`${runPath('twice')}/cancel`, {});
    expect(cancelled.status).toBe(202);
    const text = await events.text();
    expect(text).toMatch(/^event: progress$/m);
    const [, end] = /event: end\ndata: (.*)/.exec(text) ?? [];
    expect(JSON.parse(end)).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED' } });
    expect((await call(`${runPath('twice')}/cancel`, {})).status).toBe(200);
  }, 60_000);

  it('that were terminated from outside are put right when read', async () => {
    await start('killed');
    const id = `train/${spec.name}/killed`;
    await expect
      .poll(async () => (await ground.registry.runs.get(id)).state, { timeout: 20_000 })
      .toBe('running');
    await new Client({ connection }).workflow.getHandle(id).terminate('by an operator');
    expect((await call(runPath('killed'))).body.state).toBe('terminated');
    expect((await ground.registry.runs.get(id)).state).toBe('terminated');
  });

  it('page from the newest on', async () => {
    const first = await call('/v1/runs?limit=1');
    const second = await call(`/v1/runs?limit=1&before=${first.body.next}`);
    const [a, b] = [first, second].map(({ body }) => (body.runs as unknown as { id: string }[])[0].id);
    expect(a).not.toBe(b);
  });

  it('that nobody started are not there', async () => {
    const { status, body } = await call(runPath('never'));
    expect(status).toBe(404);
    expect(body.error).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});

describe('the champion', () => {
  const predict = async (): Promise<string> => {
    const { body } = await call('/predict', models[0].rows[0]);
    return (body.predictions as unknown as { modelVersion: string }[])[0].modelVersion;
  };
  const move = (action: 'promote' | 'rollback', body: object) =>
    call(`/v1/pipelines/${spec.name}/${action}`, body);

  it('is missing at first, with the remedy', async () => {
    const { status, body } = await call('/predict', models[0].rows[0]);
    expect(status).toBe(409);
    expect(body.error).toMatchObject({
      code: 'CHAMPION_MISSING',
      remedy: 'Train one: relevo train steel-energy',
    });
    expect((await move('rollback', {})).body.error).toMatchObject({ code: 'ROLLBACK_IMPOSSIBLE' });
  });

  it('answers as soon as its promotion has been answered', async () => {
    const [older, newer] = [await register(models[0], 'a'), await register(models[1], 'b')];
    const promoted = await move('promote', { version: older, actor: 'test', reason: 'first' });
    expect(promoted).toMatchObject({ status: 200, body: { champion: older, pipeline: spec.name } });
    expect(await predict()).toBe(older);
    expect((await move('promote', { version: newer })).body).toMatchObject({
      champion: newer,
      previous: older,
    });
    expect(await predict()).toBe(newer);
    expect((await move('rollback', { actor: 'test', reason: 'back' })).body).toMatchObject({
      champion: older,
    });
    expect(await predict()).toBe(older);
  }, 60_000);

  it('is swapped when another process moves the alias', async () => {
    const newest = await register(models[1], 'c');
    await ground.registry.models.promote({ pipeline: spec.name, version: newest, actor: 'x', reason: 'y' });
    await expect.poll(predict, { timeout: 5_000 }).toBe(newest);
  });

  it('has a history of who, when and why, and versions with their aliases', async () => {
    const { body } = await call(`/v1/pipelines/${spec.name}/aliases`);
    expect(body.history).toContainEqual(
      expect.objectContaining({ action: 'promote', actor: 'test', reason: 'first' }),
    );
    expect(body.history).toContainEqual(expect.objectContaining({ action: 'rollback', reason: 'back' }));
    const page = await call(`/v1/pipelines/${spec.name}/models?limit=2`);
    const listed = page.body.models as unknown as { version: string; aliases: string[] }[];
    expect(listed).toHaveLength(2);
    expect(listed[0].aliases).toContain('champion');
    const rest = await call(`/v1/pipelines/${spec.name}/models?limit=2&before=${page.body.next}`);
    expect(rest.body.models).toHaveLength(1);
    const one = await call(`/v1/pipelines/${spec.name}/models/${listed[1].version}`);
    expect(one.body).toMatchObject({ version: listed[1].version, record: { spec: { name: spec.name } } });
    expect((await call(`/v1/pipelines/${spec.name}/models/9.9.9`)).status).toBe(404);
    expect((await move('promote', { version: '9.9.9' })).status).toBe(404);
  });
});

describe('a run of what is not there', () => {
  it.each([
    [{ kind: 'train', datasetVersion: 'steel/none@000000000000' }, 'DATASET_NOT_FOUND'],
    [{ kind: 'retrain', datasetVersion: 'steel/none@000000000000' }, 'DATASET_NOT_FOUND'],
    [{ kind: 'retrain', driftCheck: 'none' }, 'DRIFT_CHECK_NOT_FOUND'],
  ])('does not start: %j', async (body, code) => {
    const refused = await call(`/v1/pipelines/${spec.name}/runs`, { ...body, key: 'nothing' });
    expect(refused).toMatchObject({ status: 404, body: { error: { code } } });
    expect((await call(`/v1/runs/${body.kind}/${spec.name}/nothing`)).status).toBe(404);
  });

  it('nor one that no database can hold the name of', async () => {
    const body = { kind: 'train', datasetVersion: 'a\u0000b' };
    expect((await call(`/v1/pipelines/${spec.name}/runs`, body)).status).toBeLessThan(500);
  });
});

describe('retraining', () => {
  const path = `/v1/pipelines/${spec.name}/breaker`;
  const retrain = (body: object) => call(`/v1/pipelines/${spec.name}/runs`, { kind: 'retrain', ...body });

  it('stops where a person opens the breaker, and says so in the run, the breaker and its history', async () => {
    expect((await call(path)).body).toMatchObject({ breaker: { state: 'closed', spent: { retrains: 0 } } });
    const opened = await call(path, { state: 'open', actor: 'ana', reason: 'the meter is being replaced' });
    expect(opened.body).toMatchObject({
      breaker: { state: 'open', forced: true },
      history: [{ action: 'force', from: 'closed', to: 'open', actor: 'ana' }],
    });
    const { status, body } = await retrain({ mode: 'window', key: 'one' });
    expect([status, body.id]).toEqual([202, `retrain/${spec.name}/one`]);
    const ended = async () => (await call(`/v1/runs/${body.id}`)).body;
    await expect
      .poll(async () => (await ended()).state as unknown, { timeout: 20_000, interval: 200 })
      .toBe('failed');
    expect((await ended()).error).toMatchObject({
      code: 'BREAKER_OPEN',
      message: expect.stringContaining('a person has opened the circuit breaker'),
    });
    const { history } = (await call(path, { state: 'closed' })).body;
    const actions = (history as unknown as { action: string }[]).map(({ action }) => action);
    expect(actions).toEqual(['force', 'refuse', 'force']);
  }, 60_000);

  it('knows its modes, and the breaker its states', async () => {
    expect(await retrain({ mode: 'telepathy' })).toMatchObject({
      status: 400,
      body: { error: { code: 'REQUEST_INVALID', field: expect.stringContaining('mode') } },
    });
    expect((await call(path, { state: 'ajar' })).status).toBe(400);
    expect((await call('/v1/pipelines/nobody/breaker')).body.error).toMatchObject({
      code: 'PIPELINE_NOT_FOUND',
    });
  });
});
