import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { contestPolicySchema } from '../../../contracts/contest.ts';
import { runId } from '../../../contracts/ids.ts';
import { type InProcess, startInProcess } from '../../../test/in-process.ts';
import { ownTemporal } from '../../../test/own-temporal.ts';
import { oreOfPlant } from '../../../test/plant.ts';
import { trainTwoVersions } from '../../../test/support/two-versions.ts';
import { cloneForContest } from '../../../test/traffic.ts';
import { toRelevoError } from '../../http/errors.ts';
import { createWorkflows } from '../../temporal/workflows.ts';
import { contestRoutes } from './handlers.ts';

const trained = oreOfPlant();
const contest = contestPolicySchema.parse({
  stages: ['shadow'],
  shadow: { requests: 100, atMostHours: 1 },
  lookEverySeconds: 1,
});
const spec = { ...trained, name: 'contended', contest };
const base = `/v1/pipelines/${spec.name}/contests`;

let stack: InProcess;
let app: ReturnType<typeof contestRoutes>;
beforeAll(async () => {
  const [databaseUrl, temporalAddress] = [inject('databaseUrl'), ownTemporal()];
  stack = await startInProcess({ databaseUrl, temporalAddress });
  await trainTwoVersions(stack, trained);
  await cloneForContest(stack.registry, trained.name, spec.name);
  const deps = { pipelines: [spec], registry: stack.registry, workflows: createWorkflows(stack.client) };
  app = contestRoutes({ ...deps, temporalUi: undefined, log: pino({ level: 'silent' }) });
  app.onError((error, c) => c.json({ code: toRelevoError(error).code }, 400));
}, 120_000);
afterAll(() => stack.stop());

const get = async (path: string) => {
  const response = await app.request(path);
  return { status: response.status, body: await response.json() };
};
const post = async (path: string, body: object) => {
  const headers = { 'content-type': 'application/json' };
  const response = await app.request(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json(), location: response.headers.get('location') };
};
const order = { actor: 'ana', reason: 'the mill is being relined' };

it('refuses contests of versions and pipelines that there are not', async () => {
  const refused = { status: 400, location: null };
  expect(await get(base)).toEqual({ status: 200, body: { contests: [] } });
  expect(await get(`${base}/1.1.0`)).toEqual({ status: 400, body: { code: 'CONTEST_NOT_FOUND' } });
  expect(await post(base, { version: '9.9.9' })).toEqual({ ...refused, body: { code: 'MODEL_NOT_FOUND' } });
  expect(await post(base, { version: 'new' })).toEqual({ ...refused, body: { code: 'REQUEST_INVALID' } });
  expect(await get('/v1/pipelines/nobody/contests')).toMatchObject({ body: { code: 'PIPELINE_NOT_FOUND' } });
  expect(await post(`${base}/1.1.0/stop`, order)).toEqual({
    ...refused,
    body: { code: 'CONTEST_NOT_FOUND' },
  });
  expect(await post(`${base}/1.1.0/cheer`, order)).toEqual({ ...refused, body: { code: 'REQUEST_INVALID' } });
});

it('starts a contest once, shows where it stands, and lets a person stop it with a reason', async () => {
  const started = await post(base, { version: '1.1.0' });
  expect(started).toMatchObject({
    status: 202,
    location: `${base}/1.1.0`,
    body: { id: `contest/${spec.name}/1.1.0`, kind: 'contest', pipeline: spec.name },
  });
  expect(await post(base, { version: '1.1.0' })).toMatchObject({ body: { code: 'RUN_ALREADY_ACTIVE' } });
  const standing = async () => (await get(`${base}/1.1.0`)).body;
  await expect.poll(standing, { timeout: 30_000, interval: 200 }).toMatchObject({
    state: 'running',
    view: { stage: 'shadow', champion: '1.0.0', challenger: '1.1.0' },
  });
  expect(await get(base)).toMatchObject({ body: { contests: [{ version: '1.1.0', state: 'running' }] } });
  expect(await stack.registry.routes.active(spec.name)).toMatchObject([
    { challenger: '1.1.0', stage: 'shadow' },
  ]);

  expect(await post(`${base}/1.1.0/approve`, order)).toMatchObject({ body: { code: 'CONTEST_STAGE_WRONG' } });
  expect(await post(`${base}/1.1.0/stop`, { actor: 'ana' })).toMatchObject({
    body: { code: 'REQUEST_INVALID' },
  });
  expect(await post(`${base}/1.1.0/stop`, order)).toMatchObject({
    status: 200,
    body: { challenger: '1.1.0' },
  });
  await expect.poll(standing, { timeout: 30_000, interval: 200 }).toMatchObject({
    state: 'completed',
    result: { promoted: false, reason: expect.stringContaining(order.reason) },
  });
  expect(await stack.registry.routes.active(spec.name)).toEqual([]);
  expect((await stack.registry.models.aliases(spec.name)).champion).toBe('1.0.0');
  expect(await post(`${base}/1.1.0/stop`, order)).toMatchObject({ body: { code: 'CONTEST_NOT_FOUND' } });
}, 90_000);

it('leaves a challenger with other inputs to a person', async () => {
  const { models } = stack.registry;
  const { version: _, createdAt: __, ...known } = await models.get(spec.name, '1.1.0');
  const { spec: ___, ...artifacts } = known.artifacts;
  const other = { ...known.spec, inputs: known.spec.inputs.slice(1) };
  const { version } = await models.register({
    ...known,
    artifacts,
    spec: other,
    inputSchemaHash: 'e'.repeat(64),
    runId: runId('train', spec.name, 'other-inputs'),
  });
  await post(base, { version });
  await expect
    .poll(async () => (await get(`${base}/${version}`)).body, { timeout: 30_000, interval: 200 })
    .toMatchObject({
      state: 'completed',
      result: {
        promoted: false,
        reason: expect.stringContaining("its inputs are not the champion's (gone: feed)"),
      },
    });
}, 60_000);
