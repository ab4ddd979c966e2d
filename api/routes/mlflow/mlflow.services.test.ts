import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFolderArtifacts } from '../../../registry/artifacts/folder.ts';
import { dataset, model, spec } from '../../../test/records.ts';
import { freshRegistry, type TestRegistry } from '../../../test/registry.ts';
import { fileChampions, startApi, type TestApi } from '../../../test/support/api.ts';

interface Run {
  info: { run_id: string; run_name: string; experiment_id: string; status: string; lifecycle_stage: string };
  data: Record<'metrics' | 'params' | 'tags', { key: string; value: string | number }[]>;
  inputs: { dataset_inputs: unknown[] };
}
type Json = Record<string, unknown>;

let db: TestRegistry;
let api: TestApi;
let folder: string;
/** Another program on the same database. */
let sql: pg.Client;
let experiment: string;

beforeAll(async () => {
  db = await freshRegistry();
  sql = new pg.Client({ connectionString: db.url });
  await sql.connect();
  folder = await mkdtemp(join(tmpdir(), 'relevo-mlflow-'));
  api = await startApi({
    source: fileChampions(),
    databaseUrl: db.url,
    artifacts: createFolderArtifacts(folder),
  });
  ({ experiment_id: experiment } = await ok<{ experiment_id: string }>('POST', '/experiments/create', {
    name: 'plant',
  }));
});
afterAll(async () => {
  await api.close();
  await sql.end();
  await db.drop();
  await rm(folder, { recursive: true, force: true });
});

async function call<T = Json>(method: string, path: string, input: object = {}): Promise<[number, T]> {
  const url = `/api/2.0/mlflow${path}`;
  const query = new URLSearchParams(
    Object.entries(input).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const response = await (method === 'GET'
    ? api.app.request(`${url}?${query}`)
    : api.app.request(url, {
        method,
        body: JSON.stringify(input),
        headers: { 'content-type': 'application/json' },
      }));
  return [response.status, (await response.json()) as T];
}
async function ok<T = Json>(method: string, path: string, input: object = {}): Promise<T> {
  const [status, said] = await call<T>(method, path, input);
  expect([status, said]).toEqual([200, expect.anything()]);
  return said;
}
const refused = async (method: string, path: string, input: object): Promise<[number, unknown]> => {
  const [status, { error_code }] = await call(method, path, input);
  return [status, error_code];
};
const createRun = async (rest: object = {}): Promise<Run> =>
  (await ok<{ run: Run }>('POST', '/runs/create', { experiment_id: experiment, start_time: 1, ...rest })).run;
const getRun = async (run_id: string): Promise<Run> =>
  (await ok<{ run: Run }>('GET', '/runs/get', { run_id })).run;
const record = (pairs: { key: string; value: string | number }[]) =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
const search = (input: object) =>
  ok<{ runs: Run[]; next_page_token?: string }>('POST', '/runs/search', {
    experiment_ids: [experiment],
    ...input,
  });

describe('runs', () => {
  test('what is logged comes back; a repeated write changes nothing', async () => {
    const { info } = await createRun({ run_name: 'night' });
    const batch = {
      run_id: info.run_id,
      metrics: [
        { key: 'rmse', value: 2, timestamp: 10, step: 1 },
        { key: 'rmse', value: 1, timestamp: '11', step: '2' },
        { key: 'rmse', value: 9, timestamp: 5, step: 0 },
        { key: 'odd', value: 'NaN', timestamp: 10 },
        { key: 'large', value: '-Infinity', timestamp: 10 },
      ],
      params: [{ key: 'depth', value: '6' }],
      tags: [{ key: 'ñandú', value: 'sí' }],
    };
    for (let i = 0; i < 2; i++) expect(await ok('POST', '/runs/log-batch', batch)).toEqual({});
    const run = await getRun(info.run_id);
    expect(record(run.data.metrics)).toEqual({ rmse: 1, odd: 'NaN', large: '-Infinity' });
    expect(record(run.data.params)).toEqual({ depth: '6' });
    expect(record(run.data.tags)).toEqual({ 'mlflow.runName': 'night', ñandú: 'sí' });
    const history = await ok<{ metrics: { step: number }[]; next_page_token?: string }>(
      'GET',
      '/metrics/get-history',
      { run_id: info.run_id, metric_key: 'rmse', max_results: 2 },
    );
    expect(history.metrics.map(({ step }) => step)).toEqual([0, 1]);
    const rest = await ok<{ metrics: { step: number }[] }>('GET', '/metrics/get-history', {
      ...{ run_id: info.run_id, metric_key: 'rmse', max_results: 2 },
      page_token: history.next_page_token,
    });
    expect(rest.metrics.map(({ step }) => step)).toEqual([2]);
  });

  test('a parameter stays; a batch with another value of it logs nothing', async () => {
    const { info } = await createRun();
    const { run_id } = info;
    await ok('POST', '/runs/log-parameter', { run_id, key: 'depth', value: '6' });
    await ok('POST', '/runs/log-parameter', { run_id, key: 'depth', value: '6' });
    const batch = { run_id, params: [{ key: 'depth', value: '7' }], tags: [{ key: 'new', value: 'x' }] };
    expect(await refused('POST', '/runs/log-batch', batch)).toEqual([400, 'INVALID_PARAMETER_VALUE']);
    expect(record((await getRun(run_id)).data.tags)).not.toHaveProperty('new');
  });

  test('many that log into one run at once lose nothing', async () => {
    const { run_id } = (await createRun()).info;
    await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        ok('POST', '/runs/log-batch', {
          run_id,
          metrics: Array.from({ length: 20 }, (_, k) => ({
            ...{ key: `m${(k + i) % 20}`, value: i, timestamp: i, step: i },
          })),
          params: [{ key: `p${i}`, value: 'x' }],
          tags: [{ key: `t${i}`, value: 'x' }],
        }),
      ),
    );
    const { data } = await getRun(run_id);
    expect(data.params).toHaveLength(24);
    expect(data.tags).toHaveLength(25);
    expect(data.metrics).toHaveLength(20);
    expect(new Set(data.metrics.map(({ value }) => value))).toEqual(new Set([23]));
  });

  test('a deleted run is hidden, takes nothing, and comes back', async () => {
    const { run_id } = (await createRun({ tags: [{ key: 'kind', value: 'doomed' }] })).info;
    await ok('POST', '/runs/delete', { run_id });
    expect(await refused('POST', '/runs/set-tag', { run_id, key: 'a', value: 'b' })).toEqual([
      400,
      'INVALID_PARAMETER_VALUE',
    ]);
    const filter = "tags.kind = 'doomed'";
    expect((await search({ filter })).runs).toHaveLength(0);
    expect((await search({ filter, run_view_type: 'DELETED_ONLY' })).runs).toHaveLength(1);
    await ok('POST', '/runs/restore', { run_id });
    expect((await search({ filter })).runs).toHaveLength(1);
  });

  test('is ended by a status and named anew', async () => {
    const { run_id } = (await createRun()).info;
    const { run_info } = await ok<{ run_info: Json }>('POST', '/runs/update', {
      ...{ run_id, status: 'FINISHED', end_time: 99, run_name: 'morning' },
    });
    expect(run_info).toMatchObject({ status: 'FINISHED', end_time: 99, run_name: 'morning' });
    expect(record((await getRun(run_id)).data.tags)['mlflow.runName']).toBe('morning');
  });
});

describe('search', () => {
  beforeAll(async () => {
    for (let i = 0; i < 12; i++) {
      const { run_id } = (await createRun({ start_time: 100 + i })).info;
      await ok('POST', '/runs/log-batch', {
        run_id,
        metrics: i === 11 ? [] : [{ key: 'score', value: (i * 7) % 11, timestamp: 1 }],
        params: [{ key: 'kind', value: i % 2 ? 'tree' : "o'dd" }],
        tags: [
          { key: 'suite', value: 'search' },
          { key: 'note', value: `100% of_${i}\\` },
        ],
      });
    }
  });
  const suite = "tags.suite = 'search'";
  const scores = (runs: Run[]) => runs.map(({ data }) => record(data.metrics).score);

  test('by metrics, parameters and patterns; what has no value comes last', async () => {
    const up = await search({ filter: suite, order_by: ['metrics.score ASC'] });
    expect(scores(up.runs)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, undefined]);
    const down = await search({
      filter: `${suite} and metrics.score >= 8`,
      order_by: ['metrics.score DESC'],
    });
    expect(scores(down.runs)).toEqual([10, 9, 8]);
    expect((await search({ filter: `${suite} and params.kind = 'o''dd'` })).runs).toHaveLength(6);
    expect((await search({ filter: `${suite} and tags.note LIKE '100%of_7%'` })).runs).toHaveLength(1);
    expect((await search({ filter: `${suite} and tags.note LIKE '%\\'` })).runs).toHaveLength(12);
    expect((await search({ filter: `${suite} and attributes.start_time < 103` })).runs).toHaveLength(3);
    expect((await search({ filter: `${suite} and tags.none IS NULL` })).runs).toHaveLength(12);
  });

  test('pages join without a gap; newest first unless told', async () => {
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = await search({
        ...{ filter: suite, max_results: 5 },
        ...(token === undefined ? {} : { page_token: token }),
      });
      seen.push(...page.runs.map(({ info }) => info.run_id));
      token = page.next_page_token;
    } while (token !== undefined);
    expect(new Set(seen).size).toBe(12);
    const all = await search({ filter: suite });
    expect(seen).toEqual(all.runs.map(({ info }) => info.run_id));
  });

  test.each([
    { filter: "metrics.score < 'a'" },
    { filter: 'params.kind > 3' },
    { filter: "attributes.password = 'x'" },
    { filter: "tags.a = 'b' or 1=1" },
    { filter: "tags.a = 'b'; drop table relevo.mlflow_runs" },
    { order_by: ['metrics.score sideways'] },
    { order_by: ['metrics.score', 'metrics.score DESC'] },
    { page_token: 'nonsense' },
    { max_results: 50_001 },
    { max_results: 0 },
    { experiment_ids: [{}] },
  ])('%j is refused', async (input) => {
    expect(await refused('POST', '/runs/search', { experiment_ids: [experiment], ...input })).toEqual([
      400,
      'INVALID_PARAMETER_VALUE',
    ]);
  });

  test('a name that is SQL is only a name', async () => {
    const name = `x'); drop table relevo.mlflow_runs; --`;
    const filter = `tags."${name}" = 'y' and params.\`${name}\` != '1'`;
    expect((await search({ filter, order_by: [`params.\`${name}\` DESC`] })).runs).toEqual([]);
    expect((await search({ filter: suite })).runs).toHaveLength(12);
  });
});

test('experiments: a name is taken once, those deleted too; the default one is there', async () => {
  expect(await refused('POST', '/experiments/create', { name: 'plant' })).toEqual([
    400,
    'RESOURCE_ALREADY_EXISTS',
  ]);
  expect(await refused('GET', '/experiments/get-by-name', { experiment_name: 'none' })).toEqual([
    404,
    'RESOURCE_DOES_NOT_EXIST',
  ]);
  const { experiment: first } = await ok<{ experiment: Json }>('GET', '/experiments/get', {
    experiment_id: '0',
  });
  expect(first).toMatchObject({ name: 'Default', lifecycle_stage: 'active' });
  const { experiment_id } = await ok<{ experiment_id: string }>('POST', '/experiments/create', {
    name: 'doomed',
  });
  await ok('POST', '/experiments/delete', { experiment_id });
  expect(await refused('POST', '/runs/create', { experiment_id })).toEqual([404, 'RESOURCE_DOES_NOT_EXIST']);
  expect(await refused('POST', '/experiments/create', { name: 'doomed' })).toEqual([
    400,
    'RESOURCE_ALREADY_EXISTS',
  ]);
  const filter = "name LIKE 'doo%'";
  const found = await ok<Json>('POST', '/experiments/search', { filter, view_type: 'ALL', max_results: 5 });
  expect(found.experiments).toHaveLength(1);
});

test("Relevo's own trainings are runs of an experiment of their pipeline, which is only read", async () => {
  const name = 'pump';
  await db.registry.pipelines.save(spec(name));
  const { id } = await db.registry.datasets.commit(dataset(name));
  const runId = `train/${name}/2026-11-21`;
  const workflowRunId = '0193-a-b-c';
  await db.registry.runs.start({ id: runId, kind: 'train', pipeline: name, workflowRunId, input: {} });
  const wanted = model(name, id, { runId });
  await db.registry.models.register(wanted);
  await db.registry.runs.finish({ id: runId, workflowRunId, state: 'completed' });
  const { experiment: shown } = await ok<{ experiment: Json }>('GET', '/experiments/get-by-name', {
    experiment_name: `relevo/${name}`,
  });
  expect(shown.experiment_id).toBe(name);
  const [metric] = Object.keys(wanted.metrics);
  const { runs } = await search({ experiment_ids: [name], order_by: [`metrics.${metric} DESC`] });
  expect(runs).toHaveLength(1);
  expect(runs[0].info).toMatchObject({ run_id: workflowRunId, run_name: runId, status: 'FINISHED' });
  expect(record(runs[0].data.metrics)).toHaveProperty([metric]);
  expect(record(runs[0].data.tags)).toMatchObject({ 'relevo.modelVersion': '1.0.0' });
  expect((await getRun(workflowRunId)).info.experiment_id).toBe(name);
  expect(await refused('POST', '/runs/create', { experiment_id: name })).toEqual([
    404,
    'RESOURCE_DOES_NOT_EXIST',
  ]);
  expect(await refused('POST', '/runs/log-parameter', { run_id: workflowRunId, key: 'a' })).toEqual([
    404,
    'RESOURCE_DOES_NOT_EXIST',
  ]);
});

test('registered models: numbers are never given twice, aliases follow their version', async () => {
  await ok('POST', '/registered-models/create', { name: 'mill' });
  expect(await refused('POST', '/registered-models/create', { name: 'mill' })).toEqual([
    400,
    'RESOURCE_ALREADY_EXISTS',
  ]);
  const source = 's3://bucket/model';
  const created = await Promise.all(
    Array.from({ length: 5 }, () =>
      ok<{ model_version: { version: string } }>('POST', '/model-versions/create', { name: 'mill', source }),
    ),
  );
  const numbers = created.map(({ model_version }) => model_version.version).sort();
  expect(numbers).toEqual(['1', '2', '3', '4', '5']);
  await ok('POST', '/registered-models/alias', { name: 'mill', alias: 'best', version: '5' });
  const best = await ok<{ model_version: Json }>('GET', '/registered-models/alias', {
    ...{ name: 'mill', alias: 'best' },
  });
  expect(best.model_version).toMatchObject({ version: '5', aliases: ['best'], source });
  for (const alias of ['latest', 'v3', 'a/b'])
    expect(await refused('POST', '/registered-models/alias', { name: 'mill', alias, version: 1 })).toEqual([
      400,
      'INVALID_PARAMETER_VALUE',
    ]);
  await ok('DELETE', '/model-versions/delete', { name: 'mill', version: '5' });
  expect(await refused('GET', '/registered-models/alias', { name: 'mill', alias: 'best' })).toEqual([
    400,
    'INVALID_PARAMETER_VALUE',
  ]);
  const next = await ok<{ model_version: Json }>('POST', '/model-versions/create', { name: 'mill', source });
  expect(next.model_version.version).toBe('6');
  await ok('POST', '/registered-models/rename', { name: 'mill', new_name: 'ball mill' });
  const found = await ok<{ model_versions: Json[] }>('GET', '/model-versions/search', {
    filter: "name = 'ball mill' and version_number > 3",
  });
  expect(found.model_versions.map(({ version }) => version).sort()).toEqual(['4', '6']);
  const shown = await ok<{ registered_models: Json[] }>('GET', '/registered-models/search', {
    filter: "tag.`mlflow.prompt.is_prompt` != 'true'",
  });
  expect(shown.registered_models.map(({ name }) => name)).toEqual(['ball mill']);
});

test.each([
  'file:///etc/passwd',
  '/etc/passwd',
  's3://bucket/../../etc',
  'models:/m-zz',
  'models:/mill',
  'runs:/x',
  'runs:/x/',
  'C:\\model',
])('a version is not made of %s', async (source) => {
  await call('POST', '/registered-models/create', { name: 'sources' });
  const [status] = await refused('POST', '/model-versions/create', { name: 'sources', source });
  expect(status).toBe(400);
});

test('only of Staging and Production does a version send the others away', async () => {
  await ok('POST', '/registered-models/create', { name: 'kiln' });
  for (const name of ['kiln', 'kiln'])
    await ok('POST', '/model-versions/create', { name, source: 's3://b/k' });
  const move = (version: number, stage: string) =>
    [
      '/model-versions/transition-stage',
      { name: 'kiln', version, stage, archive_existing_versions: true },
    ] as const;
  const stages = async () => {
    const given = { filter: "name = 'kiln'", order_by: 'version_number ASC' };
    const found = await ok<{ model_versions: Json[] }>('GET', '/model-versions/search', given);
    return found.model_versions.map(({ current_stage }) => current_stage);
  };
  for (const stage of ['None', 'Archived'])
    expect(await refused('POST', ...move(1, stage))).toEqual([400, 'INVALID_PARAMETER_VALUE']);
  expect(await stages()).toEqual(['None', 'None']);
  await ok('POST', ...move(1, 'production'));
  await ok('POST', ...move(2, 'Production'));
  expect(await stages()).toEqual(['Archived', 'Production']);
});

test('an alias never outlives its version, whichever of the two is first', async () => {
  const { models, modelVersions } = db.registry.mlflow;
  await models.create({ name: 'crusher', tags: {} });
  const rounds = Array.from({ length: 20 }, async (_, round) => {
    const { version } = await modelVersions.create({ name: 'crusher', source: 's3://b/c', tags: {} });
    await Promise.allSettled([
      models.setAlias('crusher', `a${round}`, version),
      modelVersions.delete('crusher', version),
    ]);
  });
  await Promise.all(rounds);
  expect((await models.get('crusher')).aliases).toEqual({});
});

test('a logged model that was deleted is not changed any more', async () => {
  const { model: made } = await ok<{ model: { info: Json } }>('POST', '/logged-models', {
    ...{ experiment_id: experiment, tags: [{ key: 'a', value: '1' }] },
  });
  const path = `/logged-models/${made.info.model_id}`;
  const stored = async () => {
    const [row] = (
      await sql.query('select * from relevo.mlflow_logged_models where id = $1', [made.info.model_id])
    ).rows;
    return row;
  };
  await ok('DELETE', path);
  const deleted = await stored();
  const pairs = [{ key: 'b', value: '2' }];
  for (const [method, below, input] of [
    ['PATCH', '', { status: 'LOGGED_MODEL_READY' }],
    ['PATCH', '/tags', { tags: pairs }],
    ['DELETE', '/tags/a', {}],
    ['POST', '/params', { params: pairs }],
  ] as const)
    expect([method, below, await refused(method, path + below, input)]).toEqual([
      ...[method, below],
      [404, 'RESOURCE_DOES_NOT_EXIST'],
    ]);
  expect(await stored()).toEqual(deleted);
  await ok('DELETE', path);
});

test("the name in models:/NAME/1 is the model's own, whatever characters it has", async () => {
  const create = (name: string, source: string) => ['/model-versions/create', { name, source }] as const;
  await ok('POST', '/registered-models/create', { name: '100%' });
  expect(await refused('POST', ...create('100%', 'models:/100%/1'))).toEqual([
    404,
    'RESOURCE_DOES_NOT_EXIST',
  ]);
  await ok('POST', ...create('100%', 's3://bucket/whole'));
  await ok('POST', ...create('100%', 'models:/100%/1'));
  const copy = await ok<Json>('GET', '/model-versions/get-download-uri', { name: '100%', version: 2 });
  expect(copy).toEqual({ artifact_uri: 's3://bucket/whole' });
});

describe('artifacts', () => {
  const base = '/api/2.0/mlflow-artifacts/artifacts';
  const put = (path: string, body: string | Uint8Array<ArrayBuffer>) =>
    api.app.request(`${base}/${path}`, { method: 'PUT', body });

  test('a file is stored, listed, read and deleted; folders are what their files say', async () => {
    const bytes = new Uint8Array(300_000).fill(7);
    expect((await put('1/r/artifacts/model/model.onnx', bytes)).status).toBe(200);
    expect((await put('1/r/artifacts/ma%C3%B1ana.txt', 'hola')).status).toBe(200);
    const listed = async (path: string) =>
      (await (await api.app.request(`${base}?path=${encodeURIComponent(path)}`)).json()) as Json;
    expect(await listed('1/r/artifacts')).toEqual({
      files: [
        { path: 'mañana.txt', is_dir: false, file_size: 4 },
        { path: 'model', is_dir: true },
      ],
    });
    expect(await listed('1/r/artifacts/model/model.onnx')).toEqual({ files: [] });
    const read = await api.app.request(`${base}/1/r/artifacts/model/model.onnx`);
    expect(Buffer.compare(Buffer.from(await read.arrayBuffer()), bytes)).toBe(0);
    expect(read.headers.get('content-disposition')).toMatch(/^attachment/);
    expect((await api.app.request(`${base}/1/r/artifacts/model`, { method: 'DELETE' })).status).toBe(200);
    expect((await api.app.request(`${base}/1/r/artifacts/model/model.onnx`)).status).toBe(404);
    expect((await listed('1/r/artifacts')).files).toHaveLength(1);
  });

  test.each([
    'a/..%2f..%2fetc/passwd',
    'a%2f..%2fb',
    'a/%5c..%5cb',
    'a//b',
    'a/./b%2f.',
    'a%00b',
    'c%3a%5cb',
    'C:/b',
    'a%09b',
    `${'a'.repeat(1_100)}`,
    '%ff',
  ])('the path %s is refused', async (path) => {
    const response = await put(path, 'x');
    expect([response.status, ((await response.json()) as Json).error_code]).toEqual([
      400,
      'INVALID_PARAMETER_VALUE',
    ]);
  });

  test.each(['../../../etc/passwd', '%2e%2e/%2e%2e/x'])('%s never leaves the proxy', async (path) => {
    expect((await put(path, 'x')).status).toBe(404);
  });
});

test.each<[string, string, unknown]>([
  ['no JSON', '/runs/create', '{'],
  ['a list', '/runs/create', '[]'],
  ['a NUL character', '/runs/set-tag', '{"run_id":"a","key":"b","value":"\\u0000"}'],
  ['half a surrogate pair', '/runs/set-tag', '{"run_id":"a","key":"b","value":"\\ud800"}'],
  ['a name that is a path', '/runs/log-parameter', '{"run_id":"a","key":"../b","value":"1"}'],
  ['a number that is none', '/runs/log-metric', '{"run_id":"a","key":"b","value":"many","timestamp":1}'],
  ['a moment beyond all', '/runs/log-metric', '{"run_id":"a","key":"b","value":1,"timestamp":1e300}'],
  ['no run', '/runs/log-metric', '{"key":"b","value":1,"timestamp":1}'],
])('%s is answered in the form of MLflow', async (_, path, body) => {
  const response = await api.app.request(`/api/2.0/mlflow${path}`, {
    ...{ method: 'POST', body: String(body), headers: { 'content-type': 'application/json' } },
  });
  expect([response.status, await response.json()]).toEqual([
    400,
    { error_code: 'INVALID_PARAMETER_VALUE', message: expect.any(String), request_id: expect.any(String) },
  ]);
});

test('an unknown call says so', async () => {
  expect(await refused('POST', '/traces/metrics', {})).toEqual([404, 'ENDPOINT_NOT_FOUND']);
});
