/**
 * Records the histories that `replay.test.ts` replays: real runs of every workflow on a real stack.
 * Run it when a workflow changes on purpose: `npm run record:histories`. Where the change is behind a patch, keep the old
 * ones in `earlier/`, so that runs that began before it are replayed too until the patch goes.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { BatchInput } from '../contracts/batch.ts';
import { type ContestView, contestPolicySchema } from '../contracts/contest.ts';
import { questionId, runId, searchWorkflowId, watchId } from '../contracts/ids.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { type RetrainMode, retrainOptionsSchema } from '../contracts/retrain.ts';
import { trainOptionsSchema } from '../contracts/runs.ts';
import { createFolderArtifacts } from '../registry/artifacts/folder.ts';
import { taskQueues } from '../temporal.config.ts';
import { oreOfPlant, plant, writePlant } from './plant.ts';
import { type Servers, startServers, startWorkers, type Workers } from './stack.ts';
import { cloneForContest, startTraffic } from './traffic.ts';

const folder = fileURLToPath(new URL('../workflows/histories/', import.meta.url));
const spec = plant({ rounds: 60, trials: 6 });
const options = (given: object = {}) => trainOptionsSchema.parse(given);

/** What tells of the machine and nothing of the workflow. */
const hidden = new Set([
  'identity',
  'stackTrace',
  'binaryChecksum',
  'workerInstanceKey',
  'lastWorkerIdentity',
]);
const withoutMachine = (key: string, value: unknown): unknown =>
  hidden.has(key) && typeof value === 'string' ? '' : value;

async function keep(servers: Servers, name: string, workflowId: string): Promise<void> {
  const history = await servers.client.workflow.getHandle(workflowId).fetchHistory();
  const json: unknown = JSON.parse(historyToJSON(history));
  const text = `${JSON.stringify(json, withoutMachine, 1)}\n`;
  await writeFile(`${folder}${name}.json`, text);
  console.log(`${name}: ${history.events?.length} events, ${(text.length / 1024).toFixed(0)} KiB`);
}

/** One that contends, one that goes down its chain, and one that its budget does not let through. */
async function recordRetrains(run: Run): Promise<void> {
  const retrain = (key: string, changes: Partial<PipelineSpec>, given: object): Promise<void> =>
    run(`retrain-${key}`, 'retrainWorkflow', runId('retrain', spec.name, key), {
      spec: { ...spec, ...changes },
      options: retrainOptionsSchema.parse(given),
    });
  await retrain('window', {}, { mode: 'window', reason: 'a history to replay' });
  const features = { ...spec.features, again: spec.features.speed };
  const chain = { ...spec.retrain, fallback: ['recalibration', 'replay'] satisfies RetrainMode[] };
  await retrain('chain', { features, retrain: chain }, { mode: 'incremental', promote: false });
  const budget = { ...spec.retrain.budget, retrainsPerDay: 1 };
  await retrain('refused', { retrain: { ...spec.retrain, budget } }, { mode: 'full' });
}

async function record({ client, ...servers }: Servers, workers: Workers): Promise<void> {
  const all = { client, ...servers };
  const start = (workflow: string, workflowId: string, input: unknown): Promise<WorkflowHandle> =>
    client.workflow.start(workflow, { workflowId, taskQueue: taskQueues.control, args: [input] });
  const run = async (name: string, workflow: string, workflowId: string, input: unknown): Promise<void> => {
    const handle = await start(workflow, workflowId, input);
    await handle.result().catch((error: Error) => console.log(`${name} ended with ${error.cause ?? error}`));
    await keep(all, name, workflowId);
  };
  await writePlant(workers.dataDir, 800);
  await run('ingest-new', 'ingestWorkflow', runId('ingest', spec.name, 'new'), { spec });
  await run('ingest-unchanged', 'ingestWorkflow', runId('ingest', spec.name, 'unchanged'), { spec });
  const check = (key: string): Promise<void> =>
    run(`monitor-${key}`, 'monitorWorkflow', runId('monitor', spec.name, key), { spec, options: {} });
  await check('without-champion');
  const first = runId('train', spec.name, 'first');
  await run('train-first', 'trainWorkflow', first, { spec, options: options({ ingest: 'if-missing' }) });
  await keep(all, 'search', searchWorkflowId(first, 'searched'));
  await recordQuestions(workers, run);
  await recordBatches(workers, run);
  await recordWatch(all);
  const second = runId('train', spec.name, 'second');
  await run('train-contest', 'trainWorkflow', second, { spec, options: options({ seed: 8, trials: 4 }) });
  await keep(all, 'ingest-child', `${second}/ingest`);
  await check('calm');
  const third = runId('train', spec.name, 'extended');
  await run('train-extended', 'trainWorkflow', third, {
    spec,
    options: options({ ingest: 'never', trials: 9 }),
  });
  await keep(all, 'search-extended', searchWorkflowId(third, 'searched'));
  const by = { pipeline: spec.name, actor: 'recorder', reason: 'a history to replay' };
  await run('promote', 'promoteWorkflow', runId('promote', spec.name, 'one'), {
    ...by,
    modelVersion: '1.1.0',
  });
  await run('rollback', 'rollbackWorkflow', runId('rollback', spec.name, 'one'), by);
  await run('train-unknown-candidate', 'trainWorkflow', runId('train', spec.name, 'unknown'), {
    spec,
    options: options({ candidates: ['perceptron'] }),
  });
  await recordRetrains(run);
  await recordContests(all, workers, run);
  await recordCancelled(all, start);
  await writePlant(workers.dataDir, 700, 2);
  await run('ingest-shrunk', 'ingestWorkflow', runId('ingest', spec.name, 'shrunk'), { spec });
}

type Run = (name: string, workflow: string, workflowId: string, input: unknown) => Promise<void>;
async function recordQuestions({ home, registry }: Workers, run: Run): Promise<void> {
  const pipeline = spec.name;
  await registry.pipelines.save(spec);
  const row = { feed: 40, speed: 9.5, hardness: 12, ore: 'oxide' };
  const rows = await createFolderArtifacts(join(home, 'artifacts')).putBytes(
    Buffer.from(JSON.stringify([row])),
    { name: 'rows.json', mediaType: 'application/json' },
  );
  const question = { pipeline, modelVersion: '1.0.0', rows, method: 'auto' };
  await run('explain', 'explainWorkflow', questionId('explain', pipeline, 'one'), question);
  const [{ id }] = await registry.datasets.list(pipeline);
  const versions = { pipeline, from: id, to: id };
  await run('compare', 'compareWorkflow', questionId('compare', pipeline, 'one'), versions);
  const model = await readFile(
    new URL('../models/onnx/foreign/parity/foreign.json', import.meta.url),
    'utf8',
  );
  const file = Buffer.from(JSON.parse(model).regression.table.file, 'base64');
  const onnx = await createFolderArtifacts(join(home, 'artifacts')).putBytes(file, {
    name: 'model.onnx',
    mediaType: 'application/onnx',
  });
  const adoption = { pipeline, model: { name: pipeline, version: 1 }, onnx, features: ['feed', 'speed'] };
  await run('adopt', 'adoptWorkflow', questionId('adopt', pipeline, 'one'), adoption);
}

/** A batch of all the rows that are there, and one of a file that lacks the model's columns. */
async function recordBatches({ home, registry }: Workers, run: Run): Promise<void> {
  const artifacts = createFolderArtifacts(join(home, 'artifacts'));
  const file = await artifacts.putBytes(Buffer.from('a,b\n1,2\n'), {
    name: 'rows.csv',
    mediaType: 'text/csv',
  });
  const [{ id: datasetVersion }] = await registry.datasets.list(spec.name);
  const batch = (key: string, rows: BatchInput['rows']): Promise<void> => {
    const input: BatchInput = { pipeline: spec.name, modelVersion: '1.0.0', rows, results: 'parquet' };
    return run(`batch-${key}`, 'batchWorkflow', runId('batch', spec.name, key), input);
  };
  await batch('dataset', { datasetVersion });
  await batch('lacking', { file, format: 'csv' });
}

/** A good challenger from the shadow to the watch with a person's word, and a bad one that is stopped. */
async function recordContests(servers: Servers, { registry }: Workers, run: Run): Promise<void> {
  const ore = oreOfPlant();
  for (const seed of [1, 2])
    await run(`train-ore-${seed}`, 'trainWorkflow', runId('train', ore.name, `seed-${seed}`), {
      spec: ore,
      options: options({ ingest: 'if-missing', seed, promote: false }),
    });
  const policy = contestPolicySchema.parse({
    stages: ['shadow', 'canary'],
    shadow: { requests: 50 },
    canary: { steps: [0.05, 0.5], outcomesPerStep: 50 },
    approval: { deadlineHours: 1 },
    watch: { hours: 0.002 },
    lookEverySeconds: 1,
  });
  for (const challenger of ['good', 'bad'] as const) {
    const pipeline = `ore-${challenger}`;
    const id = runId('contest', pipeline, '1.1.0');
    await cloneForContest(registry, ore.name, pipeline);
    const traffic = startTraffic(registry, pipeline, challenger, { seed: 1 });
    const approving = approve(servers, id);
    await run(`contest-${challenger}`, 'contestWorkflow', id, { pipeline, challenger: '1.1.0', policy });
    await Promise.all([approving, traffic.stop()]);
  }
}

/** Approves a contest when it asks; gives up when it has ended. */
async function approve({ client }: Servers, id: string): Promise<void> {
  const handle = client.workflow.getHandle(id);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const description = await handle.describe().catch(() => undefined);
    if (description && description.status.name !== 'RUNNING') return;
    const view = await handle.query<ContestView>('contest').catch(() => undefined);
    if (view?.stage !== 'approval') continue;
    await handle.executeUpdate('approve', { args: [{ actor: 'recorder', reason: 'a history to replay' }] });
    return;
  }
}

/** Files that arrive in a watched folder, twice in the same state. */
async function recordWatch(servers: Servers): Promise<void> {
  const workflowId = watchId(spec.name);
  const arrived = { signal: 'filesArrived', signalArgs: [{ state: 'one' }] };
  const options = { workflowId, taskQueue: taskQueues.control, args: [{ spec }], ...arrived };
  await servers.client.workflow.signalWithStart('watchWorkflow', options);
  const handle = await servers.client.workflow.signalWithStart('watchWorkflow', options);
  await handle.result();
  await keep(servers, 'watch', workflowId);
}

async function recordCancelled(
  servers: Servers,
  start: (workflow: string, id: string, input: unknown) => Promise<WorkflowHandle>,
): Promise<void> {
  const id = runId('train', spec.name, 'cancelled');
  const long = plant({ rounds: 40_000, trials: 4 });
  const handle = await start('trainWorkflow', id, { spec: long, options: options({ ingest: 'never' }) });
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  await handle.cancel();
  await handle.result().catch((error: Error) => console.log(`train-cancelled ended with ${error.cause}`));
  await keep(servers, 'train-cancelled', id);
  await keep(servers, 'search-cancelled', searchWorkflowId(id, 'searched'));
}

await mkdir(folder, { recursive: true });
for (const name of await readdir(folder)) if (name.endsWith('.json')) await rm(join(folder, name));
const servers = await startServers();
try {
  const workers = await startWorkers(servers, 'recorded');
  try {
    await record(servers, workers);
  } finally {
    await workers.stop();
  }
} finally {
  await servers.stop();
}
