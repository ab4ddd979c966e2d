import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { runId, searchWorkflowId } from '../contracts/ids.ts';
import {
  type AliasMove,
  type IngestResult,
  type TrainResult,
  trainOptionsSchema,
} from '../contracts/runs.ts';
import { taskQueues } from '../temporal.config.ts';
import { type InProcess, startInProcess } from '../test/in-process.ts';
import { ownTemporal } from '../test/own-temporal.ts';
import { plant, plantFile, plantRows, writePlant } from '../test/plant.ts';
import type { promoteWorkflow, rollbackWorkflow, trainWorkflow } from './index.ts';
import { progressQuery } from './queries.ts';

const spec = plant({ rounds: 40, trials: 5 });
const firstRows = 600;

let stack: InProcess;
beforeAll(async () => {
  const [databaseUrl, temporalAddress] = [inject('databaseUrl'), ownTemporal()];
  stack = await startInProcess({ databaseUrl, temporalAddress });
  await writePlant(stack.dataDir, firstRows);
});
afterAll(() => stack.stop());

const start = (workflow: string, id: string, input: unknown) =>
  stack.client.workflow.start(workflow, { workflowId: id, taskQueue: taskQueues.control, args: [input] });
const ingest = async (): Promise<IngestResult> => {
  const handle = await start('ingestWorkflow', runId('ingest', spec.name, randomUUID()), { spec });
  return (await handle.result()) as IngestResult;
};
const trainId = (key: string): string => runId('train', spec.name, key);
const train = async (key: string, options: object = {}): Promise<TrainResult> => {
  const given = trainOptionsSchema.parse({ ingest: 'if-missing', ...options });
  const handle = await start('trainWorkflow', trainId(key), { spec, options: given });
  return (await handle.result()) as TrainResult;
};
const header = plantRows(0).length;
const moreRows = (rows: number, seed: number): Promise<void> =>
  appendFile(join(stack.dataDir, plantFile), plantRows(rows, seed).slice(header));

describe('ingest', () => {
  it('adds nothing twice, and each row once when two runs read at the same time', async () => {
    const [one, other] = await Promise.all([ingest(), ingest()]);
    expect([one.rows.total, other.rows.total]).toEqual([firstRows, firstRows]);
    expect(one.datasetVersion).toBe(other.datasetVersion);
    expect(await ingest()).toMatchObject({ changed: false, datasetVersion: one.datasetVersion });
    await moreRows(100, 2);
    const grown = await Promise.all([ingest(), ingest(), ingest()]);
    expect(grown.map(({ rows }) => rows.total)).toEqual([700, 700, 700]);
    const versions = await stack.registry.datasets.list(spec.name);
    expect(versions.map(({ rows }) => rows)).toEqual([700, 600]);
    expect(versions[0].manifest.parts.map(({ firstRowId }) => firstRowId)).toEqual([0, 600]);
  });

  it('keeps the typed error of a file that is cut mid-row', async () => {
    await appendFile(join(stack.dataDir, plantFile), '41.5,9.8');
    const id = runId('ingest', spec.name, 'cut');
    const handle = await start('ingestWorkflow', id, { spec });
    await expect(handle.result()).rejects.toMatchObject({
      cause: { type: 'SOURCE_TRUNCATED', nonRetryable: true },
    });
    const run = await stack.registry.runs.get(id);
    expect(run).toMatchObject({ state: 'failed', error: { code: 'SOURCE_TRUNCATED' } });
    await appendFile(join(stack.dataDir, plantFile), '0,9.1,oxide,181.2\n');
    expect((await ingest()).rows).toMatchObject({ added: 1, total: 701 });
  });
});

describe('train', () => {
  it('registers a champion with all that is needed to make it again', async () => {
    const result = await train('first');
    expect(result).toMatchObject({ modelVersion: '1.0.0', promotion: { promoted: true } });
    expect(result.candidates.map(({ candidate, trials }) => [candidate, trials])).toEqual([
      ['searched', 5],
      ['boosted', 0],
      ['linear', 0],
    ]);
    const least = Math.min(...result.candidates.map(({ validationScore }) => validationScore));
    const winner = result.candidates.find(({ candidate }) => candidate === result.winner);
    expect(winner?.validationScore).toBe(least);
    const champion = await stack.registry.models.champion(spec.name);
    expect(champion).toMatchObject({
      version: '1.0.0',
      runId: trainId('first'),
      datasetVersion: result.datasetVersion,
      seed: spec.seed,
      onnx: { sha256: result.onnx.sha256 },
    });
    expect(Object.keys(champion?.artifacts ?? {})).toEqual(
      expect.arrayContaining(['spec', 'split', 'predictions', 'candidates']),
    );
    expect(champion?.environment).toMatchObject({ node: process.versions.node, threads: '2' });
    expect((await stack.registry.runs.get(trainId('first'))).result).toEqual(result);
  });

  it('answers how far it is, and is found by its search attributes', async () => {
    const handle = stack.client.workflow.getHandle<typeof trainWorkflow>(trainId('first'));
    const progress = await handle.query(progressQuery);
    expect(progress.fraction).toBe(1);
    expect(progress.steps.map(({ name }) => name)).toContain('search searched');
    expect(progress.steps.every(({ state }) => state === 'done')).toBe(true);
    const query = `RelevoPipeline = 'plant' and RelevoKind = 'train' and RelevoModelVersion = '1.0.0'`;
    // Other files of tests run their plants on the same server.
    const found = new Set<string>();
    for (let attempt = 0; attempt < 50 && !found.has(trainId('first')); attempt++) {
      await sleep(100);
      for await (const { workflowId } of stack.client.workflow.list({ query })) found.add(workflowId);
    }
    expect(found).toContain(trainId('first'));
  });

  it('goes on with a search where an earlier run stopped, and gives the same bytes for the same question', async () => {
    const first = (await stack.registry.models.byRun(trainId('first')))?.onnx.sha256;
    const longer = await train('longer', { trials: 9, promote: false });
    expect(longer.candidates[0].trials).toBe(9);
    const again = await train('again', { promote: false });
    expect(again.candidates[0].trials).toBe(5);
    expect(again.onnx.sha256).toBe(first);
    const history = await stack.client.workflow
      .getHandle(searchWorkflowId(trainId('longer'), 'searched'))
      .fetchHistory();
    const trials = (history.events ?? []).filter(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'runTrial',
    );
    expect(trials.length).toBe(4);
  });

  it('does not promote an equal model, and says by how much it is better or worse', async () => {
    const { promotion } = await train('equal');
    expect(promotion).toMatchObject({ promoted: false, champion: '1.0.0', improvementPercent: { value: 0 } });
  });

  it('names a candidate that does not exist', async () => {
    await expect(train('unknown', { candidates: ['perceptron'] })).rejects.toMatchObject({
      cause: { type: 'PIPELINE_INVALID', message: expect.stringContaining('perceptron') },
    });
  });

  it('ends as cancelled everywhere when it is cancelled', async () => {
    const long = plant({ rounds: 60_000, trials: 4 });
    const options = trainOptionsSchema.parse({ ingest: 'never', seed: 99 });
    const handle = await start('trainWorkflow', trainId('cancelled'), { spec: long, options });
    await sleep(2_500);
    const startedMs = Date.now();
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ message: 'Workflow execution cancelled' });
    expect(Date.now() - startedMs).toBeLessThan(10_000);
    const run = await stack.registry.runs.get(trainId('cancelled'));
    expect(run).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED' } });
    const search = stack.client.workflow.getHandle(searchWorkflowId(trainId('cancelled'), 'searched'));
    expect((await search.describe()).status.name).toBe('CANCELLED');
  });
});

describe('promote and rollback', () => {
  it('moves the aliases and moves them back', async () => {
    const by = { pipeline: spec.name, actor: 'a test', reason: 'to see it move' };
    const promotion = await stack.client.workflow.start<typeof promoteWorkflow>('promoteWorkflow', {
      workflowId: runId('promote', spec.name, 'test'),
      taskQueue: taskQueues.control,
      args: [{ ...by, modelVersion: '1.1.0' }],
    });
    expect(await promotion.result()).toEqual<AliasMove>({
      pipeline: spec.name,
      champion: '1.1.0',
      previous: '1.0.0',
    });
    const back = await stack.client.workflow.start<typeof rollbackWorkflow>('rollbackWorkflow', {
      workflowId: runId('rollback', spec.name, 'test'),
      taskQueue: taskQueues.control,
      args: [by],
    });
    expect(await back.result()).toMatchObject({ champion: '1.0.0' });
    expect((await stack.registry.models.champion(spec.name))?.version).toBe('1.0.0');
    const again = await start('rollbackWorkflow', runId('rollback', spec.name, 'again'), by);
    await expect(again.result()).rejects.toMatchObject({ cause: { type: 'ROLLBACK_IMPOSSIBLE' } });
  });
});
