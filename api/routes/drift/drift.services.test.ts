import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type DriftReport, driftReportSchema } from '../../../contracts/drift.ts';
import { plant } from '../../../test/plant.ts';
import { freshRegistry, type TestRegistry } from '../../../test/registry.ts';
import { toRelevoError } from '../../http/errors.ts';
import { driftRoutes } from './handlers.ts';

const spec = plant({ rounds: 1, trials: 0 });
const pipeline = spec.name;
let db: TestRegistry;
let app: ReturnType<typeof driftRoutes>;
beforeAll(async () => {
  db = await freshRegistry();
  await db.registry.pipelines.save(spec);
  app = driftRoutes({ pipelines: [spec], registry: db.registry });
  app.onError((error, c) => c.json({ code: toRelevoError(error).code }, 400));
});
afterAll(() => db.drop());

const calm: DriftReport = {
  pipeline,
  modelVersion: '1.0.0',
  datasetVersion: `${pipeline}/file@0123456789ab`,
  currentRows: { from: 100, to: 199 },
  rows: { reference: 600, current: 100, sampled: false },
  verdict: 'no_drift',
  columns: [],
  streams: [],
  quality: [],
  attribution: [],
  advice: { mode: 'none', why: { en: 'nothing moved', es: 'nada cambió' } },
};
const moved: DriftReport = {
  ...calm,
  verdict: 'drift',
  kind: 'covariate',
  shape: 'abrupt',
  columns: (['feed', 'speed'] as const).map((column, at) => ({
    column,
    role: 'input',
    kind: 'number',
    test: 'ks',
    why: { en: 'few rows', es: 'pocas filas' },
    rows: { reference: 600, current: 100 },
    missing: { reference: 0, current: 0.01 },
    statistic: 0.4,
    pValue: 1e-9,
    adjustedPValue: 2e-9,
    effect: { name: 'wasserstein', value: 0.5, low: 0.3 },
    gates: { significance: true, magnitude: at === 0, persistence: at === 0 },
    verdict: at === 0 ? 'drift' : 'no_drift',
    ...(at === 0 && { sinceRowId: 140 }),
  })),
  advice: { mode: 'window', why: { en: 'inputs moved at once', es: 'las entradas cambiaron de golpe' } },
};
const save = (id: string, report: DriftReport) => {
  const { modelVersion, datasetVersion, verdict } = report;
  const runId = `monitor/${pipeline}/${id}`;
  return db.registry.drift.save({ id, pipeline, runId, modelVersion, datasetVersion, verdict, report });
};
const answerSchema = z.looseObject({
  checks: z.array(z.looseObject({ id: z.string() })).optional(),
  next: z.string().optional(),
  report: z.unknown().optional(),
});
const get = async (path: string) => {
  const response = await app.request(`/v1/pipelines/${path}`);
  return { status: response.status, body: answerSchema.parse(await response.json()) };
};

it('says that nothing has been checked yet', async () => {
  expect(await get(`${pipeline}/drift`)).toEqual({ status: 200, body: { checks: [] } });
  expect(await get(`${pipeline}/drift/latest`)).toEqual({
    status: 400,
    body: { code: 'DRIFT_CHECK_NOT_FOUND' },
  });
});

it('lists checks page by page, newest first, with the columns that drifted', async () => {
  for (const id of ['a', 'b', 'c']) await save(id, id === 'c' ? moved : calm);
  const first = await get(`${pipeline}/drift?limit=2`);
  expect(first.body.checks?.map(({ id }) => id)).toEqual(['c', 'b']);
  expect(first.body.checks?.[0]).toMatchObject({
    ...{ verdict: 'drift', kind: 'covariate', shape: 'abrupt', drifted: ['feed'], advice: 'window' },
    rows: { reference: 600, current: 100, sampled: false },
    links: {
      self: `/v1/pipelines/${pipeline}/drift/c`,
      run: `/v1/runs/${encodeURIComponent(`monitor/${pipeline}/c`)}`,
    },
  });
  expect(first.body.checks?.[1]).not.toHaveProperty('kind');
  const rest = await get(`${pipeline}/drift?limit=2&before=${encodeURIComponent(first.body.next ?? '')}`);
  expect(rest.body.checks?.map(({ id }) => id)).toEqual(['a']);
  expect(rest.body.next).toBeUndefined();
});

it('gives one check whole, by its id or as the newest', async () => {
  const newest = await get(`${pipeline}/drift/latest`);
  expect(newest).toEqual(await get(`${pipeline}/drift/c`));
  expect(driftReportSchema.parse(newest.body.report)).toEqual(moved);
  expect((await get(`${pipeline}/drift/a`)).body).toMatchObject({ verdict: 'no_drift', drifted: [] });
});

it.each([
  [`${pipeline}/drift/none`, 'DRIFT_CHECK_NOT_FOUND'],
  ['nobody/drift', 'PIPELINE_NOT_FOUND'],
  ['nobody/drift/latest', 'PIPELINE_NOT_FOUND'],
  [`${pipeline}/drift?limit=0`, 'REQUEST_INVALID'],
  [`${pipeline}/drift?limit=201`, 'REQUEST_INVALID'],
  [`${pipeline}/drift?before=yesterday`, 'REQUEST_UNPROCESSABLE'],
])('refuses %s as %s', async (path, code) => {
  expect(await get(path)).toEqual({ status: 400, body: { code } });
});
