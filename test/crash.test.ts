/**
 * Kills the compute worker with SIGKILL while it trains. `npm run show:crash` does it ten times and prints a table.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runId } from '../contracts/ids.ts';
import { type ActivityProgress, type TrainResult, trainOptionsSchema } from '../contracts/runs.ts';
import { seededRandom } from '../models/random.ts';
import { taskQueues } from '../temporal.config.ts';
import { plant, writePlant } from './plant.ts';
import { type Servers, startServers, startWorkers, type Workers } from './stack.ts';

const kills = Number(process.env.CRASH_KILLS ?? 3);
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 100_000);
const rows = 6_000;
const spec = plant({ rounds: 1_500, trials: 4 });
const workflowId = runId('train', spec.name, 'crash');
const input = { spec, options: trainOptionsSchema.parse({}) };

interface Kill {
  afterMs: number;
  doing: string;
  pid: number;
}

let servers: Servers;
beforeAll(async () => {
  servers = await startServers();
});
afterAll(() => servers.stop());

/** Trains on a home of its own, disturbed as told; the same workflow id, since the homes know nothing of each other. */
async function train(
  home: string,
  disturb: (workers: Workers) => Promise<void>,
): Promise<{ result: TrainResult; versions: number; onnx: string; tookMs: number }> {
  const workers = await startWorkers(servers, home);
  try {
    await writePlant(workers.dataDir, rows);
    const startedMs = Date.now();
    const handle = await servers.client.workflow.start('trainWorkflow', {
      workflowId,
      taskQueue: taskQueues.control,
      args: [input],
    });
    const [result] = await Promise.all([handle.result() as Promise<TrainResult>, disturb(workers)]);
    const versions = await workers.registry.models.list(spec.name);
    const run = await workers.registry.runs.get(workflowId);
    expect(run.state).toBe('completed');
    const { onnx } = await workers.registry.models.get(spec.name, result.modelVersion);
    return { result, versions: versions.length, onnx: onnx.sha256, tookMs: Date.now() - startedMs };
  } finally {
    await workers.stop();
  }
}

/** Activities of the run and its children that a worker is at, by what they heartbeat. */
async function activities(): Promise<{ name: string; progress: ActivityProgress | undefined }[]> {
  const found: { name: string; progress: ActivityProgress | undefined }[] = [];
  const children = [`${workflowId}/ingest`, `${workflowId}/search/searched`];
  for (const id of [workflowId, ...children]) {
    const about = await servers.client.workflow
      .getHandle(id)
      .describe()
      .catch(() => undefined);
    for (const activity of about?.raw.pendingActivities ?? []) {
      const [beat] = activity.heartbeatDetails?.payloads ?? [];
      if (activity.state !== 2 || !beat?.data) continue;
      const progress = JSON.parse(Buffer.from(beat.data).toString()) as ActivityProgress;
      found.push({ name: activity.activityType?.name ?? '', progress });
    }
  }
  return found;
}

async function killCompute(workers: Workers, afterMs: number): Promise<Kill> {
  const doing = (await activities())
    .map(({ progress }) => (progress ? `${progress.phase} ${progress.done}/${progress.total ?? '?'}` : ''))
    .join(', ');
  const victim = workers.compute.current();
  const pid = victim?.pid ?? 0;
  victim?.kill();
  while (workers.compute.current() === undefined || workers.compute.current()?.pid === pid) await sleep(50);
  return { afterMs, doing: doing || 'between steps', pid };
}

/** A fit that has a checkpoint: it has reported steps for longer than a checkpoint takes to come. */
async function untilDeepInAFit(): Promise<void> {
  const deep = ({ name, progress }: { name: string; progress: ActivityProgress | undefined }): boolean =>
    ['scoreCandidate', 'refitCandidate'].includes(name) &&
    (progress?.done ?? 0) > spec.candidates.length * 200;
  while (!(await activities()).some(deep)) await sleep(50);
}

it(`trains the same model although the compute worker is killed ${kills} times`, async () => {
  const calm = await train('calm', async () => undefined);
  const random = seededRandom(seed, 'kills');
  const done: Kill[] = [];
  const disturbed = await train('disturbed', async (workers) => {
    // The last kill is aimed at a fit, so that there is always one to take up again.
    for (let kill = 1; kill < kills; kill++) {
      const afterMs = Math.round(500 + 5_000 * random.next());
      await sleep(afterMs);
      done.push(await killCompute(workers, afterMs));
    }
    await untilDeepInAFit();
    done.push(await killCompute(workers, 0));
  });
  console.log(`seed ${seed}: undisturbed ${calm.tookMs} ms, with ${kills} kills ${disturbed.tookMs} ms`);
  console.table(done);
  console.table(
    disturbed.result.candidates.map(({ candidate, validationScore, resumedFromStep }) => ({
      candidate,
      validationScore,
      resumedFromStep,
    })),
  );
  expect(disturbed.versions).toBe(1);
  expect(disturbed.onnx).toBe(calm.onnx);
  expect(disturbed.result.winner).toBe(calm.result.winner);
  expect(calm.result.candidates.map(({ resumedFromStep }) => resumedFromStep)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const resumed = disturbed.result.candidates.map(({ resumedFromStep }) => resumedFromStep ?? 0);
  expect(Math.max(...resumed)).toBeGreaterThan(0);
});
