import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileChampions, startApi, type TestApi } from '../test/support/api.ts';
import { type SteelModel, trainSteelModel } from '../test/support/steel-model.ts';

const json = { 'content-type': 'application/json' };
let api: TestApi;
let model: SteelModel;

const get = (path: string, headers: Record<string, string> = {}) => api.app.request(path, { headers });
/** An answer's JSON as the test expects it to be. */
const bodyOf = async <T>(response: Response | Promise<Response>): Promise<T> =>
  (await (await response).json()) as T;
interface Refusal {
  error: { code: string; field: string; value: unknown; expected: string; requestId: string };
}
interface Predictions {
  predictions: { id: string; value: number }[];
}
const post = (path: string, body: unknown, headers: Record<string, string> = json) =>
  api.app.request(path, { method: 'POST', headers, body: JSON.stringify(body) });

beforeAll(async () => {
  model = await trainSteelModel({ rows: 500, trees: 10, depth: 4 });
  api = await startApi({ source: fileChampions(model) });
});
afterAll(() => api.close());

describe('predictions', () => {
  it('are the same through the app as from the socket', async () => {
    const body = { rows: model.rows.slice(0, 3) };
    const byApp = await bodyOf<Predictions>(post('/v1/pipelines/steel-energy/predict', body));
    const response = await fetch(`${api.url}/predict`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify(body),
    });
    const bySocket = await bodyOf<Predictions>(response);
    const withoutIds = (answer: Predictions) =>
      answer.predictions.map(({ id: _, ...prediction }) => prediction);
    expect(withoutIds(bySocket)).toEqual(withoutIds(byApp));
    expect(bySocket.predictions[0]).toMatchObject({ modelVersion: '1.0.0', synthetic: true });
  });

  it('take a row, a list and rows', async () => {
    const [row] = model.rows;
    const answers = [row, [row], { rows: [row] }].map(async (body) => {
      const { predictions } = await bodyOf<Predictions>(post('/predict', body));
      return predictions.map(({ value }) => value);
    });
    const [one, list, rows] = await Promise.all(answers);
    expect(one).toHaveLength(1);
    expect([list, rows]).toEqual([one, one]);
  });
});

describe('what it says of itself', () => {
  it('is ready with a champion though database and Temporal are away', async () => {
    const response = await get('/ready');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'degraded',
      degraded: expect.arrayContaining([
        expect.stringContaining('The database is away'),
        expect.stringContaining('Temporal is away'),
      ]),
      checks: { database: 'away', temporal: 'away' },
      champions: [{ pipeline: 'steel-energy', version: '1.0.0' }],
    });
    expect((await get('/health')).status).toBe(200);
  });

  it('names the champion, what it takes and where it comes from', async () => {
    const info = await bodyOf<{ inputs: { name: string }[]; example: unknown }>(get('/model/info'));
    expect(info).toMatchObject({
      pipeline: 'steel-energy',
      version: '1.0.0',
      synthetic: true,
      target: { name: 'Usage_kWh', unit: 'kWh' },
      onnxSha256: model.version.onnx.sha256,
    });
    expect(info.inputs.map(({ name }) => name)).toEqual(model.version.spec.inputs);
    expect((await post('/predict', info.example)).status).toBe(200);
    expect(await (await get('/model/metrics')).json()).toMatchObject({
      unit: 'kWh',
      metrics: model.version.metrics,
    });
  });

  it('speaks Spanish to who asks for it', async () => {
    const answer = await get('/v1/pipelines/steel-energy', { 'accept-language': 'es-CO,es;q=0.9,en;q=0.5' });
    expect(answer.headers.get('content-language')).toBe('es');
    expect((await bodyOf<{ title: string }>(answer)).title).toBe(model.version.spec.title.es);
    expect((await bodyOf<{ title: string }>(get('/v1/pipelines/steel-energy'))).title).toBe(
      model.version.spec.title.en,
    );
  });

  it('counts requests by route, never by path', async () => {
    await get('/v1/runs/train/steel-energy/secret-key');
    const text = await (await get('/metrics')).text();
    expect(text).toContain('relevo_champion_info{pipeline="steel-energy",version="1.0.0"} 1');
    expect(text).toMatch(/relevo_predictions_total\{pipeline="steel-energy",version="1.0.0"\} \d+/);
    expect(text).not.toContain('secret-key');
  });
});

describe('its description', () => {
  it('has every route, and each reference leads somewhere', async () => {
    const document = await bodyOf<{ openapi: string; paths: object; components: { schemas: object } }>(
      get('/openapi.json'),
    );
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).sort()).toEqual([
      '/',
      '/analyze',
      '/codec/decode',
      '/codec/encode',
      '/health',
      '/login',
      '/logout',
      '/metrics',
      '/model/info',
      '/model/metrics',
      '/predict',
      '/predict/batch',
      '/ready',
      '/v1/alerts',
      '/v1/alerts/events',
      '/v1/alerts/{id}/acknowledge',
      '/v1/alerts/{id}/silence',
      '/v1/audit',
      '/v1/keys',
      '/v1/keys/{id}/revoke',
      '/v1/keys/{id}/rotate',
      '/v1/pipelines',
      '/v1/pipelines/{pipeline}',
      '/v1/pipelines/{pipeline}/aliases',
      '/v1/pipelines/{pipeline}/batches',
      '/v1/pipelines/{pipeline}/batches/{id}',
      '/v1/pipelines/{pipeline}/batches/{id}/results',
      '/v1/pipelines/{pipeline}/breaker',
      '/v1/pipelines/{pipeline}/contests',
      '/v1/pipelines/{pipeline}/contests/{version}',
      '/v1/pipelines/{pipeline}/contests/{version}/{action}',
      '/v1/pipelines/{pipeline}/datasets',
      '/v1/pipelines/{pipeline}/datasets/comparison',
      '/v1/pipelines/{pipeline}/datasets/report',
      '/v1/pipelines/{pipeline}/drift',
      '/v1/pipelines/{pipeline}/drift/{id}',
      '/v1/pipelines/{pipeline}/explain',
      '/v1/pipelines/{pipeline}/models',
      '/v1/pipelines/{pipeline}/models/{version}',
      '/v1/pipelines/{pipeline}/outcomes',
      '/v1/pipelines/{pipeline}/predict',
      '/v1/pipelines/{pipeline}/predictions/{id}',
      '/v1/pipelines/{pipeline}/promote',
      '/v1/pipelines/{pipeline}/rollback',
      '/v1/pipelines/{pipeline}/runs',
      '/v1/runs',
      '/v1/runs/{id}',
      '/v1/runs/{id}/cancel',
      '/v1/runs/{id}/events',
      '/v1/session',
      '/v1/session/oidc',
      '/v1/session/oidc/callback',
      '/v2',
      '/v2/health/live',
      '/v2/health/ready',
      '/v2/models/{model}',
      '/v2/models/{model}/infer',
      '/v2/models/{model}/ready',
      '/v2/models/{model}/versions/{version}',
      '/v2/models/{model}/versions/{version}/infer',
      '/v2/models/{model}/versions/{version}/ready',
    ]);
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
    for (const [, name] of references) expect(document.components.schemas).toHaveProperty(name);
  });

  it('is shown by a page whose every file is served from here', async () => {
    const page = await get('/docs');
    const text = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(text).not.toMatch(/https?:\/\//);
    const files = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path);
    expect(files.length).toBeGreaterThan(2);
    for (const path of files) expect((await get(path)).status, path).toBe(200);
  });
});

describe('what cannot be answered', () => {
  const code = async (response: Response | Promise<Response>) => (await bodyOf<Refusal>(response)).error.code;

  it('is an unknown path, with where to look', async () => {
    const response = await get('/v1/pipeline');
    expect(response.status).toBe(404);
    expect((await bodyOf<Refusal>(response)).error).toMatchObject({
      code: 'ROUTE_NOT_FOUND',
      value: '/v1/pipeline',
    });
  });

  it.each([
    ['DELETE', '/v1/pipelines', 'GET, HEAD'],
    ['GET', '/predict', 'POST'],
    ['PUT', '/v1/runs/train/a/b/cancel', 'POST'],
    ['PATCH', '/v1/runs/train/a/b', 'GET, HEAD'],
  ])('is %s %s, which takes %s', async (method, path, allowed) => {
    const response = await api.app.request(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allowed);
    expect(await code(response)).toBe('METHOD_NOT_ALLOWED');
  });

  it('keeps the id that the client gave its request, where a log can hold it', async () => {
    const own = await get('/nope', { 'x-request-id': 'abc-123' });
    expect(own.headers.get('x-request-id')).toBe('abc-123');
    expect((await bodyOf<Refusal>(own)).error.requestId).toBe('abc-123');
    const evil = await get('/nope', { 'x-request-id': 'a b"{}' });
    expect(evil.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  const expectRefused = async (
    body: object,
    by: { status: number; code: string; field: string; expected: string },
  ): Promise<void> => {
    const response = await post('/v1/pipelines/steel-energy/runs', body);
    expect(response.status).toBe(by.status);
    const { error } = await bodyOf<Refusal>(response);
    expect(error).toMatchObject({ code: by.code, field: by.field });
    expect(error.expected).toContain(by.expected);
  };

  it.each([
    [{ kind: 'evaluate' }, 'kind', 'one of'],
    [{ kind: 'train', seed: 'x' }, 'seed', 'number'],
    [{ kind: 'train', trials: -1 }, 'trials', '0'],
    [{ kind: 'train', key: 'a/b' }, 'key', 'letters'],
    [{ kind: 'train', colour: 'red' }, 'colour', 'not known'],
    [{ kind: 'ingest', seed: 1 }, 'seed', 'not known'],
    [{ kind: 'retrain', candidates: ['xgboost'] }, 'candidates', 'not known'],
  ])('is a run asked for by %j', async (body, field, expected) => {
    await expectRefused(body, { status: 400, code: 'REQUEST_INVALID', field, expected });
  });

  it.each([
    [{ kind: 'train', candidates: ['linear', 'xgbost'] }, 'candidates.1', '(did you mean "xgboost"?)'],
    [{ kind: 'train', candidates: ['prophet'] }, 'candidates.0', 'one of xgboost'],
    [{ kind: 'train', source: 'orignal' }, 'source', '(did you mean "original"?)'],
    [{ kind: 'ingest', source: 'sintetic' }, 'source', '(did you mean "synthetic"?)'],
  ])('is a run that names what its pipeline lacks: %j', async (body, field, expected) => {
    await expectRefused(body, { status: 422, code: 'REQUEST_UNPROCESSABLE', field, expected });
  });

  it('is a body that is no JSON, of another type, or too large', async () => {
    const path = '/v1/pipelines/steel-energy/runs';
    const send = (body: string, headers = json) => api.app.request(path, { method: 'POST', headers, body });
    expect(await code(send('{"kind":'))).toBe('REQUEST_INVALID');
    expect(await code(send('kind=train', { 'content-type': 'text/plain' }))).toBe('MEDIA_TYPE_UNSUPPORTED');
    expect(await code(send(' '.repeat(300_000)))).toBe('BODY_TOO_LARGE');
  });

  it.each(['limit=0', 'limit=x', 'state=lost', 'kind=x', 'colour=red', 'limit=1e9'])(
    'is a list of runs by %s',
    async (query) => {
      const response = await get(`/v1/runs?${query}`);
      expect(response.status).toBe(400);
      expect((await bodyOf<Refusal>(response)).error.field).toBe(query.split('=')[0]);
    },
  );

  it('is what needs a database or Temporal that is away: 503, within seconds, and a retry may help', async () => {
    const list = await get('/v1/runs');
    expect([list.status, await code(list)]).toEqual([503, 'DATABASE_UNAVAILABLE']);
    const started = await post('/v1/pipelines/steel-energy/runs', { kind: 'train' });
    expect([started.status, await code(started)]).toEqual([503, 'TEMPORAL_UNAVAILABLE']);
    expect(started.headers.get('retry-after')).toBe('2');
  });
});
