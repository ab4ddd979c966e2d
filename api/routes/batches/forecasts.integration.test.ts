import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BatchInput } from '../../../contracts/batch.ts';
import { RelevoError } from '../../../contracts/errors.ts';
import { type LogPolicy, logPolicySchema } from '../../../contracts/predictions.ts';
import { pipeline } from '../../../pipelines/index.ts';
import { createFolderArtifacts } from '../../../registry/artifacts/folder.ts';
import { type RoutesServer, serveRoutes } from '../../../test/support/command-line.ts';
import type { ApiDeps } from '../../deps.ts';
import { createRunBook } from '../../runs/run-book.ts';
import { batchRoutes } from './handlers.ts';

const name = 'steel-forecast';
const version = { version: '1.4.0', source: 'original', spec: pipeline(name) };
let folder: string;
let server: RoutesServer;
let inputs: BatchInput[];
let hasReadings: boolean;
let policy: LogPolicy;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-batches-'));
  const deps = {
    pipelines: [version.spec],
    champions: { serving: () => ({ version }) },
    histories: {
      async of() {
        if (!hasReadings) throw new RelevoError('DATASET_NOT_FOUND', 'nothing was read');
      },
    },
    recording: { policyOf: () => policy },
    artifacts: createFolderArtifacts(folder),
    registry: {
      runs: { start: async () => {} },
      datasets: { get: async () => ({ pipeline: name }) },
    },
    workflows: {
      async start({ input }: { input: BatchInput }) {
        inputs.push(input);
        return { workflowRunId: 'w1' };
      },
    },
  } as unknown as ApiDeps;
  server = await serveRoutes(batchRoutes(deps, createRunBook(deps.registry, deps.workflows)));
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  inputs = [];
  hasReadings = true;
  policy = logPolicySchema.parse({});
});

async function start(body: string, type: string): Promise<{ status: number; code?: string }> {
  const init = { method: 'POST', headers: { 'content-type': type }, body };
  const response = await fetch(`${server.url}/v1/pipelines/${name}/batches?id=a`, init);
  const { error } = (await response.json()) as { error?: { code: string } };
  return { status: response.status, code: error?.code };
}
const csv = 'date,Load_Type\n2019-01-01T10:00,Light_Load\n';

describe('a batch of forecasts', () => {
  it('starts from a file of moments, and is told how its answers are logged', async () => {
    expect(await start(csv, 'text/csv')).toEqual({ status: 202, code: undefined });
    const [{ modelVersion, log }] = inputs;
    expect(modelVersion).toBe('1.4.0');
    expect(log).toMatchObject({ runId: `batch/${name}/a`, policy });
    expect(Math.abs(Date.parse(log?.askedAt ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it('is told nothing of a log that the pipeline does not keep', async () => {
    policy = logPolicySchema.parse({ predictions: 'none' });
    await start(csv, 'text/csv');
    expect(inputs[0]).not.toHaveProperty('log');
  });

  it('is refused of readings that have been, and where there are none to start from', async () => {
    const reference = JSON.stringify({ datasetVersion: `${name}/original@0123456789ab` });
    expect(await start(reference, 'application/json')).toEqual({ status: 400, code: 'REQUEST_INVALID' });
    hasReadings = false;
    expect(await start(csv, 'text/csv')).toEqual({ status: 404, code: 'DATASET_NOT_FOUND' });
    expect(inputs).toEqual([]);
  });
});
