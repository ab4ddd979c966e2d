import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { registryChampions } from '../../api/serving/champions/source.ts';
import { runId } from '../../contracts/ids.ts';
import { taskQueues } from '../../temporal.config.ts';
import { type InProcess, startInProcess } from '../in-process.ts';
import { ownTemporal } from '../own-temporal.ts';
import { plant, plantFile, writePlant } from '../plant.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { runPython } from './run-python.ts';

const rows = 25;
const spec = plant({ rounds: 10, trials: 0 });
const packages = [
  ...['onnx==1.19.1', 'skl2onnx==1.20.0', 'onnxruntime==1.31.1', 'scikit-learn==1.9.1', 'pandas==3.1.1'],
];

let stack: InProcess;
let api: TestApi;
beforeAll(async () => {
  const [databaseUrl, temporalAddress] = [inject('databaseUrl'), ownTemporal()];
  stack = await startInProcess({ databaseUrl, temporalAddress });
  const { registry, artifacts } = stack;
  await writePlant(stack.dataDir, 800);
  await registry.pipelines.save(spec);
  const ingest = runId('ingest', spec.name, 'first');
  await stack.client.workflow.execute('ingestWorkflow', {
    ...{ workflowId: ingest, taskQueue: taskQueues.control, args: [{ spec }] },
  });
  api = await startApi({
    ...{ artifacts, temporalAddress, databaseUrl: stack.databaseUrl, specs: [spec] },
    source: registryChampions(registry, artifacts, stack.databaseUrl),
  });
});
afterAll(async () => {
  await api?.close();
  await stack?.stop();
});

interface Said {
  client: string;
  runId: string;
  rows: object[];
  predictions: number[];
  loadedPredictions: number[];
  version: string;
}

async function post<T>(path: string, body: unknown): Promise<[number, T]> {
  const response = await fetch(`${api.url}${path}`, {
    ...{ method: 'POST', body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json' },
  });
  return [response.status, (await response.json()) as T];
}

const near = (actual: number[], expected: number[]): void => {
  expect(actual).toHaveLength(expected.length);
  // The file computes in single precision.
  for (const [row, value] of actual.entries()) expect(value / expected[row]).toBeCloseTo(1, 4);
};

it('mlflow 3 logs, registers, searches and loads back; its model is promoted and answers', async () => {
  const csv = join(stack.dataDir, plantFile);
  const asked = { url: api.url, csv, pipeline: spec.name, rows };
  const said = await runPython<Said>('mlflow_log_and_register.py', ['mlflow==3.17.2', ...packages], asked);
  expect(said).toMatchObject({
    ...{ status: 'FINISHED', name: 'night', metrics: 43, rmse: 2, isNan: true, isInfinite: true },
    params: { trees: '60', kind: 'boosting' },
    ...{ turno: 'mañana', dataset: 'plant rows', note: 'hola', version: '1', alias: '1' },
    history: [0, 1, 2, 3, 4].map((step) => [step, 10 / (step + 1)]),
    artifacts: ['notes', 'rows.json'],
    ...{ versionRun: said.runId, found: [said.runId], isSameFile: true },
    ...{ repeatedParam: 'INVALID_PARAMETER_VALUE', missingAlias: 'INVALID_PARAMETER_VALUE' },
    repeatedModel: 'RESOURCE_ALREADY_EXISTS',
    experiments: expect.arrayContaining(['plant power', 'Default', 'relevo/plant']),
    flavors: ['onnx', 'python_function'],
  });
  near(said.loadedPredictions, said.predictions);

  const adopted = await post<{ version: string }>(`/v1/pipelines/${spec.name}/models`, { alias: 'best' });
  expect(adopted).toEqual([201, expect.objectContaining({ pipeline: spec.name, version: '1.0.0' })]);
  expect(await stack.registry.models.aliases(spec.name)).toEqual({ challenger: '1.0.0' });
  const again = await post(`/v1/pipelines/${spec.name}/models`, { version: 1 });
  expect(again).toEqual(adopted);
  const model = await stack.registry.models.get(spec.name, '1.0.0');
  expect(model.parityMaxAbsolute).toBeLessThan(1e-3);
  expect(model.metrics.r2?.value).toBeGreaterThan(0.9);

  const [promoted] = await post(`/v1/pipelines/${spec.name}/promote`, { version: '1.0.0' });
  expect(promoted).toBe(200);
  const [status, { predictions }] = await post<{ predictions: { value: number; modelVersion: string }[] }>(
    '/predict',
    said.rows,
  );
  expect(status).toBe(200);
  near(
    predictions.map(({ value }) => value),
    said.predictions,
  );
  expect(new Set(predictions.map(({ modelVersion }) => modelVersion))).toEqual(new Set(['1.0.0']));
  const columns = Object.keys(said.rows[0] ?? {});
  const data = said.rows.map((row) => Object.values(row));
  for (const body of [{ dataframe_split: { columns, data } }, { dataframe_records: said.rows }]) {
    const [, scored] = await post<{ predictions: number[] }>('/invocations', body);
    near(scored.predictions, said.predictions);
  }
});
