import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Explanation, RowsExplanation } from '../contracts/explanation.ts';
import { runId } from '../contracts/ids.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { type TrainResult, trainOptionsSchema } from '../contracts/runs.ts';
import { taskQueues } from '../temporal.config.ts';
import { type InProcess, startInProcess } from '../test/in-process.ts';
import { ownTemporal } from '../test/own-temporal.ts';
import { oreOfPlant, plant, plantFile, plantRows, writePlant } from '../test/plant.ts';
import { startApi, type TestApi } from '../test/support/api.ts';
import { registryChampions } from './serving/champions/source.ts';

const power = { ...plant({ rounds: 30, trials: 0 }), interval: { level: 0.9, method: 'split' as const } };
const ore = oreOfPlant();
const row = { feed: 40, speed: 9.5, hardness: 12, ore: 'oxide' };

let stack: InProcess;
let api: TestApi;

async function train(spec: PipelineSpec): Promise<TrainResult> {
  const input = { spec, options: trainOptionsSchema.parse({}) };
  const workflowId = runId('train', spec.name, randomUUID());
  return await stack.client.workflow.execute('trainWorkflow', {
    workflowId,
    taskQueue: taskQueues.control,
    args: [input],
  });
}

beforeAll(async () => {
  const [databaseUrl, temporalAddress] = [inject('databaseUrl'), ownTemporal()];
  stack = await startInProcess({ databaseUrl, temporalAddress });
  await writePlant(stack.dataDir, 500);
  for (const spec of [power, ore]) {
    await stack.registry.pipelines.save(spec);
    await train(spec);
  }
  api = await startApi({
    source: registryChampions(stack.registry, stack.artifacts, stack.databaseUrl),
    databaseUrl: stack.databaseUrl,
    temporalAddress,
    artifacts: stack.artifacts,
    specs: [power, ore],
  });
}, 180_000);
afterAll(async () => {
  await api?.close();
  await stack?.stop();
});

interface Answers {
  predictions: {
    value: number;
    interval: { low: number; high: number; level: number };
    label: string;
    probabilities: Record<string, number>;
  }[];
  modelVersion: string;
  explanation: RowsExplanation & Explanation;
  datasets: { id: string; links: { report: string } }[];
  error: Record<string, unknown>;
}
const jsonOf = async (response: Promise<Response>): Promise<Answers> =>
  (await (await response).json()) as Answers;
const get = (path: string, headers = {}): Promise<Response> => fetch(api.url + path, { headers });
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(api.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

it('answers a value with the interval that it was trained to state', async () => {
  const answer = await jsonOf(post('/v1/pipelines/plant/predict', row));
  const [{ value, interval }] = answer.predictions;
  expect(interval).toEqual({ low: expect.any(Number), high: expect.any(Number), level: 0.9 });
  expect(interval.low).toBeLessThan(value);
  expect(interval.high).toBeGreaterThan(value);
});

it('answers a class with the probabilities of all, and decides by what mistakes cost', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ feed: 20 + i, speed: 9.5, power: 90 + 3 * i }));
  const answer = await jsonOf(post('/v1/pipelines/ore/predict', rows));
  const champion = await stack.registry.models.champion('ore');
  expect(champion?.metrics.logLoss?.value).toBeGreaterThan(0);
  expect(Object.keys(champion?.artifacts ?? {})).toEqual(
    expect.arrayContaining(['heads', 'evaluation', 'explanation', 'predictions']),
  );
  for (const { label, probabilities } of answer.predictions) {
    const { oxide, sulphide } = probabilities;
    expect(oxide + sulphide).toBeCloseTo(1, 9);
    // Whoever takes sulphide for oxide pays five times as much as the other way round.
    if (sulphide > 0.5) expect(label).toBe('sulphide');
    if (sulphide < 0.02) expect(label).toBe('oxide');
  }
});

it('takes an answer apart into effects that add up to it', async () => {
  const { predictions } = await jsonOf(post('/v1/pipelines/plant/predict', row));
  const asked = post('/v1/pipelines/plant/explain', { rows: [row] });
  const { modelVersion, explanation } = await jsonOf(asked);
  expect(modelVersion).toBe('1.0.0');
  const [{ base, total, contributions }] = explanation.rows;
  const sum = contributions.reduce((all, { effects }) => all + effects[0], base[0]);
  expect(sum).toBeCloseTo(total[0], 6);
  expect(total[0]).toBeCloseTo(predictions[0].value, 4);
  const lime = post('/v1/pipelines/ore/explain', {
    rows: [{ feed: 30, speed: 9, power: 120 }],
    method: 'lime',
  });
  const { explanation: local } = await jsonOf(lime);
  expect(local).toMatchObject({ method: 'lime', unit: 'probability', outputs: ['oxide', 'sulphide'] });
});

it('tells what the champion has learned', async () => {
  const answer = await jsonOf(get('/v1/pipelines/plant/explain'));
  expect(answer.explanation.importance.length).toBeGreaterThan(2);
});

it('names what is wrong with a row that is to be explained', async () => {
  const response = await post('/v1/pipelines/plant/explain', { rows: [row, { ...row, feed: -1 }] });
  expect(response.status).toBe(422);
  expect((await jsonOf(Promise.resolve(response))).error).toMatchObject({
    code: 'ROW_INVALID',
    field: 'feed',
    where: 'rows[1]',
  });
});

it('describes a dataset version, and what has changed since another, in both languages', async () => {
  const before = await jsonOf(get('/v1/pipelines/plant/datasets'));
  await appendFile(join(stack.dataDir, plantFile), plantRows(100, 2).slice(plantRows(0).length));
  await train(power);
  const after = await jsonOf(get('/v1/pipelines/plant/datasets'));
  expect(after.datasets.length).toBe(before.datasets.length + 1);
  const report = await get(after.datasets[0].links.report, { 'accept-language': 'es' });
  expect(report.headers.get('content-type')).toContain('text/html');
  expect(report.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await report.text()).toContain('lang="es"');
  const query = new URLSearchParams({ from: before.datasets[0].id });
  const comparison = await get(`/v1/pipelines/plant/datasets/comparison?${query}`);
  expect(comparison.status).toBe(200);
  expect(await comparison.text()).toContain('<html lang="en"');
  expect((await get('/v1/pipelines/ore/datasets/comparison?from=plant%2Ffile%40000000000000')).status).toBe(
    404,
  );
});
