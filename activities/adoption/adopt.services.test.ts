import { readFile } from 'node:fs/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { AdoptInput, AdoptResult } from '../../contracts/adoption.ts';
import { questionId, runId } from '../../contracts/ids.ts';
import { taskQueues } from '../../temporal.config.ts';
import { type InProcess, startInProcess } from '../../test/in-process.ts';
import { ownTemporal } from '../../test/own-temporal.ts';
import { plant, writePlant } from '../../test/plant.ts';

const spec = plant({ rounds: 10, trials: 0 });
const fixtures = new URL('../../models/onnx/foreign/parity/foreign.json', import.meta.url);

let stack: InProcess;
let table: string;
beforeAll(async () => {
  stack = await startInProcess({
    databaseUrl: inject('databaseUrl'),
    temporalAddress: ownTemporal(),
  });
  table = JSON.parse(await readFile(fixtures, 'utf8')).regression.table.file;
  await writePlant(stack.dataDir, 400);
  await stack.registry.pipelines.save(spec);
  await stack.client.workflow.execute('ingestWorkflow', {
    workflowId: runId('ingest', spec.name, 'first'),
    taskQueue: taskQueues.control,
    args: [{ spec }],
  });
});
afterAll(() => stack.stop());

async function adopt(key: string, rest: Partial<AdoptInput>): Promise<AdoptResult> {
  const onnx = await stack.artifacts.putBytes(Buffer.from(table, 'base64'), {
    name: 'model.onnx',
    mediaType: 'application/onnx',
  });
  const input = { pipeline: spec.name, model: { name: spec.name, version: 1 }, onnx, ...rest };
  return await stack.client.workflow.execute('adoptWorkflow', {
    workflowId: questionId('adopt', spec.name, key),
    taskQueue: taskQueues.control,
    args: [input],
  });
}

it('a model that reads other columns fails with its reason, and registers nothing', async () => {
  const failure = await adopt('unfit', { features: ['feed', 'age'] }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(WorkflowFailedError);
  expect(failure).toMatchObject({ cause: { cause: { type: 'MLFLOW_MODEL_UNFIT' } } });
  expect(await stack.registry.models.list(spec.name)).toEqual([]);
});

it('a model becomes a version with figures of its own and the challenger, once', async () => {
  const input = { features: ['feed', 'speed'] };
  expect(await adopt('one', input)).toEqual({ version: '1.0.0' });
  expect(await adopt('again', input)).toEqual({ version: '1.0.0' });
  expect(await stack.registry.models.aliases(spec.name)).toEqual({ challenger: '1.0.0' });
  const version = await stack.registry.models.get(spec.name, '1.0.0');
  expect(version).toMatchObject({ estimator: 'onnx', environment: { 'mlflow.version': '1' } });
  expect(version.metrics.rmse?.value).toBeGreaterThan(0);
  expect(version.parityMaxAbsolute).toBeLessThan(1e-5);
  const second = await adopt('second', { ...input, model: { name: spec.name, version: 2 } });
  expect(second).toEqual({ version: '1.1.0' });
});
