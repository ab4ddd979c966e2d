import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createIdMaker } from '../api/serving/ids.ts';
import { runId } from '../contracts/ids.ts';
import type { MonitorResult } from '../contracts/monitor.ts';
import { trainOptionsSchema } from '../contracts/runs.ts';
import { seededRandom } from '../models/random.ts';
import { encodePredictions } from '../registry/prediction-batches.ts';
import { taskQueues } from '../temporal.config.ts';
import { type InProcess, startInProcess } from '../test/in-process.ts';
import { ownTemporal } from '../test/own-temporal.ts';
import { plant, plantFile, plantRows, writePlant } from '../test/plant.ts';

const plain = plant({ rounds: 30, trials: 0 });
const spec = {
  ...plain,
  candidates: plain.candidates
    .filter(({ name }) => name === 'boosted')
    .map((candidate) => ({ ...candidate, params: { rounds: 120, learningRate: 0.15, maxDepth: 4 } })),
};

let stack: InProcess;
beforeAll(async () => {
  const [databaseUrl, temporalAddress] = [inject('databaseUrl'), ownTemporal()];
  stack = await startInProcess({ databaseUrl, temporalAddress });
  await writePlant(stack.dataDir, 1_500);
});
afterAll(() => stack.stop());

const start = (workflow: string, id: string, input: unknown) =>
  stack.client.workflow.start(workflow, { workflowId: id, taskQueue: taskQueues.control, args: [input] });
async function monitor(key: string, options: object = { retrain: false }): Promise<MonitorResult> {
  const handle = await start('monitorWorkflow', runId('monitor', spec.name, key), { spec, options });
  return (await handle.result()) as MonitorResult;
}

type Cells = [feed: number, speed: string, hardness: string, ore: string, power: number];
/** Adds rows to the plant's file, changed as told. */
async function arrive(rows: number, seed: number, change: (cells: Cells) => Cells = (cells) => cells) {
  const lines = plantRows(rows, seed).trim().split('\n').slice(1);
  const changed = lines.map((line) => {
    const [feed, speed, hardness, ore, power] = line.split(',');
    return change([Number(feed), speed, hardness, ore, Number(power)]).join(',');
  });
  await appendFile(join(stack.dataDir, plantFile), `${changed.join('\n')}\n`);
}
const openAlerts = async (): Promise<string[]> => {
  const alerts = await stack.registry.alerts.list({ pipeline: spec.name, limit: 50 });
  return alerts.filter(({ state }) => state === 'open').map(({ dedupKey }) => dedupKey);
};

it('ends well where there is no champion to watch', async () => {
  expect(await monitor('early')).toEqual({
    verdict: 'insufficient_data',
    summary: { en: 'There is no champion to watch yet.', es: 'Aún no hay campeona que vigilar.' },
  });
  expect(await stack.registry.drift.latest(spec.name)).toBeUndefined();
});

it('says that there are too few rows, and leaves them for the next check', async () => {
  const options = trainOptionsSchema.parse({});
  await (await start('trainWorkflow', runId('train', spec.name, 'first'), { spec, options })).result();
  expect(await monitor('nothing-new')).toMatchObject({ check: 'nothing-new', verdict: 'insufficient_data' });
  await arrive(8, 2);
  expect(await monitor('eight')).toMatchObject({ verdict: 'insufficient_data' });
  const check = await stack.registry.drift.get(spec.name, 'eight');
  expect(check.report.currentRows).toEqual({ from: 1_500, to: 1_507 });
  expect(check.report.streams.map(({ rows }) => rows)).toEqual([8, 8]);
});

it('finds no drift where there is none', async () => {
  await arrive(800, 3);
  expect(await monitor('calm')).toMatchObject({ verdict: 'no_drift' });
  const { report } = await stack.registry.drift.get(spec.name, 'calm');
  expect(report).toMatchObject({
    currentRows: { from: 1_500, to: 2_307 },
    rows: { current: 808, sampled: false },
    quality: [],
    advice: { mode: 'none' },
  });
  expect(report.columns.map(({ column, role }) => `${role} ${column}`)).toEqual([
    'input feed',
    'input speed',
    'input hardness',
    'input ore',
    'target power',
    'prediction prediction',
    'residual residual',
  ]);
  expect(report.streams.map(({ rows, alarms }) => [rows, alarms.length])).toEqual([
    [808, 0],
    [808, 0],
  ]);
  expect(report.performance?.labelled).toBe(1);
  expect(report.joint).toMatchObject({ method: 'domain classifier', verdict: 'no_drift' });
  const { current, reference } = report.performance ?? {};
  expect((current ?? 0) / (reference ?? 0)).toBeGreaterThan(0.8);
  expect((current ?? 0) / (reference ?? 0)).toBeLessThan(1.25);
  expect(await openAlerts()).toEqual([]);
});

it('lets each row into the streams once, however many checks look at the same time', async () => {
  await arrive(300, 4);
  const results = await Promise.all(['a', 'b', 'c'].map((key) => monitor(`race-${key}`)));
  expect(results.every(({ check }) => check?.startsWith('race-'))).toBe(true);
  const memory = await stack.registry.drift.state(spec.name);
  expect(memory?.state.streams.map(({ rows }) => rows)).toEqual([1_108, 1_108]);
  expect(memory?.state).toMatchObject({ comparedRowId: 2_607, streamedRowId: 2_607 });
});

it('finds a change of meaning, tells people, and asks for a retrain', async () => {
  await arrive(800, 5, ([feed, speed, hardness, ore, power]) => [feed, speed, hardness, ore, power * 1.15]);
  const result = await monitor('worn', { retrain: true });
  expect(result).toMatchObject({ verdict: 'drift', retrain: 'retrain/plant/worn' });
  const { report } = await stack.registry.drift.get(spec.name, 'worn');
  expect(report.kind).toBe('concept');
  expect(report.columns.find(({ role }) => role === 'residual')?.verdict).toBe('drift');
  expect(report.columns.find(({ column }) => column === 'feed')?.verdict).toBe('no_drift');
  const [cusum] = report.streams;
  expect(cusum.detector).toBe('cusum');
  expect(cusum.alarms[0]).toBeGreaterThanOrEqual(2_608);
  expect(cusum.alarms[0]).toBeLessThan(2_750);
  expect(report.performance?.current ?? 0).toBeGreaterThan(2 * (report.performance?.reference ?? 0));
  expect((await openAlerts()).toSorted()).toEqual(['drift', 'performance']);
  const retrain = stack.client.workflow.getHandle('retrain/plant/worn');
  expect((await retrain.describe()).type).toBe('retrainWorkflow');
  await retrain.terminate('the test has seen it');
});

it('tells of a source that cannot be read, and checks what is there', async () => {
  await appendFile(join(stack.dataDir, plantFile), '41.5,9.8');
  expect(await monitor('cut')).toMatchObject({ check: 'cut', verdict: 'insufficient_data' });
  expect(await openAlerts()).toContain('source:file');
  await appendFile(join(stack.dataDir, plantFile), '0,9.1,oxide,181.2\n');
  await monitor('mended');
  expect(await openAlerts()).not.toContain('source:file');
});

it('joins what clients tell of their answers, each outcome once', async () => {
  const champion = await stack.registry.models.champion(spec.name);
  const newId = createIdMaker();
  const random = seededRandom(9, 'told');
  const serve = async (rows: number, key?: (row: number) => string): Promise<string[]> => {
    const answered = Array.from({ length: rows }, (_, row) => ({
      ...{ id: newId(), pipeline: spec.name, version: champion?.version ?? '', latencyUs: 90 },
      answer: { values: [200] },
      ...(key && { key: key(row) }),
    }));
    await stack.registry.predictions.copy(encodePredictions(answered));
    return answered.map(({ id }) => id);
  };
  const told = async () => {
    const { state } = (await stack.registry.drift.state(spec.name)) ?? {};
    return state?.streams
      .filter(({ series }) => series === 'served absolute residual')
      .map(({ rows }) => rows);
  };
  const actual = () => 200 + 3 * random.normal();
  const ids = await serve(150);
  await stack.registry.outcomes.record(
    spec.name,
    ids.map((predictionId) => ({ predictionId, actual: actual() })),
  );
  await monitor('served');
  expect(await told()).toEqual([150, 150]);
  await serve(20, (row) => `mill-${row % 10}`);
  const keys = Array.from({ length: 10 }, (_, row) => ({ key: `mill-${row}`, actual: actual() }));
  await stack.registry.outcomes.record(spec.name, [...keys, { key: 'never asked', actual: 1 }]);
  await monitor('served-by-key');
  expect(await told()).toEqual([160, 160]);
  await monitor('served-nothing');
  expect(await told()).toEqual([160, 160]);
  const { report } = await stack.registry.drift.get(spec.name, 'served-nothing');
  expect(report.streams.map(({ series }) => series)).toEqual([
    ...['absolute residual', 'absolute residual'],
    ...['served absolute residual', 'served absolute residual'],
  ]);
});

it('finds cells that went missing, as the data’s fault and not as one to learn', async () => {
  await arrive(600, 6, ([feed, speed, , ore, power]) => [feed, speed, '', ore, power * 1.15]);
  await monitor('blind');
  const { report } = await stack.registry.drift.get(spec.name, 'blind');
  expect(report.quality).toContainEqual({
    check: 'missing',
    column: 'hardness',
    message: '100 % of the cells are missing, 3.0 % before',
  });
  expect(await openAlerts()).toContain('quality:missing:hardness');
});
