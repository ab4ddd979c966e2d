import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createFolderArtifacts } from '../../../registry/artifacts/folder.ts';
import { freshRegistry, type TestRegistry } from '../../../test/registry.ts';
import { startApi, type TestApi } from '../../../test/support/api.ts';
import { registerSteelModel } from '../../../test/support/registered-model.ts';
import { type JsonRow, type SteelModel, trainSteelModel } from '../../../test/support/steel-model.ts';
import { registryChampions } from '../champions/source.ts';
import { largeBodyBytes } from './large-body.ts';

let db: TestRegistry;
let client: pg.Client;
let home: string;
let api: TestApi;
let model: SteelModel;
let many: JsonRow[];

interface Answered {
  status: number;
  body: { predictions: { id: string; value: number }[]; error: { code: string; where: string } };
}
async function predict(body: unknown): Promise<Answered> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${api.url}/predict`, {
    method: 'POST',
    ...{ headers, body: JSON.stringify(body) },
  });
  return { status: response.status, body: (await response.json()) as Answered['body'] };
}
const champion = () => api.deps.champions.lineup(model.version.pipeline).champion;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'relevo-large-'));
  db = await freshRegistry();
  client = new pg.Client(db.url);
  await client.connect();
  model = await trainSteelModel({ rows: 2_000, trees: 10, depth: 4 });
  many = model.rows;
  const artifacts = createFolderArtifacts(home);
  const version = await registerSteelModel({ registry: db.registry, artifacts }, model, 'first');
  const { pipeline } = model.version;
  await db.registry.models.promote({ pipeline, version, actor: 'ana', reason: 'test' });
  api = await startApi({
    source: registryChampions(db.registry, artifacts, db.url),
    databaseUrl: db.url,
    recording: { lingerMs: 20 },
  });
}, 120_000);
afterAll(async () => {
  await api.close();
  await client.end();
  await db.drop();
  await rm(home, { recursive: true, force: true });
});

it('a large request is answered off the loop like its rows alone, and each row is in the log once', async () => {
  expect(Buffer.byteLength(JSON.stringify(many))).toBeGreaterThan(largeBodyBytes);
  const threaded = vi.spyOn(champion(), 'answerBody');
  const onThread = () => threaded.mock.results.filter(({ value }) => value !== undefined).length;
  const ids: string[] = [];
  // Until the thread is open the same request is answered on the loop: both must say the same.
  const values = new Set<string>();
  await expect
    .poll(
      async () => {
        const { status, body } = await predict({ rows: many, keys: many.map((_, at) => `row ${at}`) });
        expect(status).toBe(200);
        ids.push(...body.predictions.map(({ id }) => id));
        values.add(JSON.stringify(body.predictions.map(({ value }) => value)));
        return onThread();
      },
      { timeout: 30_000, interval: 500 },
    )
    .toBe(1);
  expect(values.size).toBe(1);
  const alone = await predict(many[1_999]);
  expect(JSON.parse([...values][0])[1_999]).toBe(alone.body.predictions[0].value);

  const logged = async (): Promise<string[]> =>
    (await client.query('select id from relevo.predictions where id = any($1)', [ids])).rows.map(
      ({ id }) => id,
    );
  await expect.poll(async () => (await logged()).length, { timeout: 10_000 }).toBe(ids.length);
  expect(new Set(await logged())).toEqual(new Set(ids));
  const last = ids.slice(-many.length);
  const { rows } = await client.query('select key, inputs from relevo.predictions where id = $1', [last[7]]);
  expect(rows).toEqual([{ key: 'row 7', inputs: many[7] }]);
});

it('a bad row of a large request is refused by name, and so is what is no JSON', async () => {
  const bad = await predict(many.with(1_234, { ...many[0], NSM: -1 }));
  expect(bad).toMatchObject({ status: 422, body: { error: { code: 'ROW_INVALID', where: '[1234]' } } });
  const response = await fetch(`${api.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(many).slice(0, -1),
  });
  expect(response.status).toBe(400);
  expect((await predict(many)).body.predictions).toHaveLength(many.length);
});
