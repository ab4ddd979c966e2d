import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '../../contracts/env.ts';
import { openLog } from '../../telemetry/log.ts';
import { fileChampions, startApi, type TestApi } from '../../test/support/api.ts';
import { type SteelModel, trainSteelModel } from '../../test/support/steel-model.ts';
import type { Gate } from '../security/gate.ts';
import { developer } from '../security/principal.ts';

interface Line {
  level: number;
  msg: string;
  requestId: string;
  method: string;
  route: string;
  status?: number;
  durationMs: number;
  who?: string;
  isCut?: boolean;
}
const [debug, info] = [20, 30];
const gate: Gate = () => ({ principal: { ...developer, kind: 'key', actor: 'key:3f9a' }, headers: {} });
const secret = 'S3CRET';
let model: SteelModel;
let api: TestApi;
let text: string;

async function start(
  accessLog: Environment['RELEVO_ACCESS_LOG'],
  RELEVO_LOG_LEVEL: Environment['RELEVO_LOG_LEVEL'] = 'info',
): Promise<void> {
  text = '';
  const destination = {
    write: (line: string) => {
      text += line;
    },
  };
  const log = openLog('api', { RELEVO_LOG_LEVEL }, { destination });
  api = await startApi({ source: fileChampions(model), log, accessLog, gate });
}
/** The lines about requests, once there are so many. */
async function lines(count: number): Promise<Line[]> {
  const found = (): Line[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
      .filter(({ msg }: Line) => msg === 'Request');
  await expect.poll(() => found().length).toBe(count);
  return found();
}
const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
const call = async (path: string, body?: unknown): Promise<string> => {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(api.url + path, { ...init, headers });
  await response.arrayBuffer();
  return response.headers.get('x-request-id') ?? '';
};

beforeAll(async () => {
  model = await trainSteelModel({ rows: 500, trees: 5, depth: 3 });
});
afterEach(() => api.close());

describe('the access log', () => {
  it('tells each request once, by its id and pattern, and nothing that the client chose', async () => {
    await start('all', 'debug');
    const [row] = model.rows;
    const ids = [
      await call(`/v1/pipelines/steel-energy?x=${secret}`),
      await call(`/v1/runs/train/steel-energy/${secret}`),
      await call('/predict', row),
      await call('/v1/pipelines/steel-energy/predict', { ...row, Load_Type: secret }),
      await call(`/v1/pipelines/${secret}/predict`, row),
      await call(`/${secret}`),
      await call('/health'),
    ];
    const told = await lines(ids.length);
    expect(told.map(({ requestId }) => requestId)).toEqual(ids);
    expect(told.map(({ level, method, route, status, who }) => [level, method, route, status, who])).toEqual([
      [info, 'GET', '/v1/pipelines/:pipeline', 200, 'key:3f9a'],
      [info, 'GET', '/v1/runs/:id', 503, 'key:3f9a'],
      [debug, 'POST', '/predict', 200, 'key:3f9a'],
      [info, 'POST', '/v1/pipelines/:pipeline/predict', 422, 'key:3f9a'],
      [info, 'POST', '/v1/pipelines/:pipeline/predict', 404, 'key:3f9a'],
      [info, 'GET', 'none', 404, 'key:3f9a'],
      [debug, 'GET', '/health', 200, 'key:3f9a'],
    ]);
    for (const { durationMs } of told) expect(durationMs).toBeGreaterThan(0);
    expect(JSON.stringify(told)).not.toContain(secret);
  });

  it.each([
    ['all', ['/v1/pipelines', '/predict']],
    ['errors', ['/predict']],
    ['off', []],
  ] as const)('set to %s tells at level info of %j', async (setting, routes) => {
    await start(setting);
    await call('/v1/pipelines');
    await call('/health');
    await call('/predict', model.rows[0]);
    await call('/predict', 'no row');
    const told = await lines(routes.length);
    expect(told.map(({ route }) => route)).toEqual(routes);
    expect(api.deps.accessLog.tellsPredictions).toBe(false);
  });

  it.each(['/predict', '/analyze'])('tells of who left %s before the answer', async (path) => {
    await start('errors');
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    const type = 'content-type: application/json';
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\n${type}\r\ncontent-length: 99\r\n\r\n{`);
    await once(api.server, 'request');
    socket.destroy();
    const [line] = await lines(1);
    expect(line).toMatchObject({ method: 'POST', route: path, isCut: true, who: 'key:3f9a' });
    expect(line).not.toHaveProperty('status');
  });
});
