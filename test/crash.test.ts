/**
 * Kills the compute worker with SIGKILL while it trains. `npm run show:crash` does it in ten runs and prints a table.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runId } from '../contracts/ids.ts';
import { type ActivityProgress, type TrainResult, trainOptionsSchema } from '../contracts/runs.ts';
import { seededRandom } from '../models/random.ts';
import { taskQueues } from '../temporal.config.ts';
import { plant, writePlant } from './plant.ts';
import { type Servers, startServers, startWorkers, type Workers } from './stack.ts';

const kills = Number(process.env.CRASH_KILLS ?? 2);
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 100_000);
const rows = 6_000;
const spec = plant({ rounds: 1_500, trials: 4 });
const workflowId = runId('train', spec.name, 'crash');
const input = { spec, options: trainOptionsSchema.parse({}) };

interface Kill {
  atMs: number;
  doing: string;
}

let servers: Servers;
beforeAll(async () => {
  servers = await startServers();
});
afterAll(() => servers.stop());

/** Trains on a home of its own, disturbed as told; the same workflow id, since the homes know nothing of each other. */
async function train(
  home: string,
  disturb: (workers: Workers, over: AbortSignal) => Promise<void>,
): Promise<{ result: TrainResult; versions: number; onnx: string; tookMs: number }> {
  const workers = await startWorkers(servers, home);
  try {
    await writePlant(workers.dataDir, rows);
    trainingStartedMs = Date.now();
    const handle = await servers.client.workflow.start('trainWorkflow', {
      workflowId,
      taskQueue: taskQueues.control,
      args: [input],
    });
    const over = new AbortController();
    const ended = (handle.result() as Promise<TrainResult>).finally(() => over.abort());
    const [result] = await Promise.all([ended, disturb(workers, over.signal)]);
    const versions = await workers.registry.models.list(spec.name);
    const run = await workers.registry.runs.get(workflowId);
    expect(run.state).toBe('completed');
    const { onnx } = await workers.registry.models.get(spec.name, result.modelVersion);
    return { result, versions: versions.length, onnx: onnx.sha256, tookMs: Date.now() - trainingStartedMs };
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

let trainingStartedMs = 0;

async function killCompute(workers: Workers): Promise<Kill> {
  const doing = (await activities())
    .map(({ progress }) => (progress ? `${progress.phase} ${progress.done}/${progress.total ?? '?'}` : ''))
    .join(', ');
  const victim = workers.compute.current();
  const atMs = Date.now() - trainingStartedMs;
  victim?.kill();
  while (workers.compute.current() === undefined || workers.compute.current()?.pid === victim?.pid)
    await sleep(50);
  return { atMs, doing: doing || 'between steps' };
}

/** A fit has kept a checkpoint, which the next worker must go on from. */
async function untilCheckpointed({ home }: Workers, over: AbortSignal): Promise<void> {
  const kept = async (): Promise<boolean> => {
    const files = await readdir(join(home, 'checkpoints')).catch(() => []);
    return files.some((file) => file.endsWith('.checkpoint'));
  };
  while (!over.aborted && !(await kept())) await sleep(20);
}

interface Disturbed extends Awaited<ReturnType<typeof train>> {
  kill: Kill;
}

/**
 * Trains with one kill, after a wait or, without one, once a fit has a checkpoint. A run that was over before its kill
 * shows nothing: it is done again with half the wait.
 */
async function trainWithKill(run: string, waitMs?: number): Promise<Disturbed> {
  for (let attempt = 1, wait = waitMs; attempt <= 4; attempt++, wait = wait && wait / 2) {
    let kill: Kill | undefined;
    const trained = await train(`${run}-${attempt}`, async (workers, over) => {
      await (wait === undefined ? untilCheckpointed(workers, over) : sleep(wait));
      kill = over.aborted ? undefined : await killCompute(workers);
    });
    if (kill) return { ...trained, kill };
  }
  throw new Error(`${run} was over before the kill, four times`);
}

/** Kills the worker at some moment of each of several runs; the last kill is aimed at a fit, so that there is always one to take up again. */
it(`trains the same model although the compute worker is killed, ${kills} runs`, async () => {
  const calm = await train('calm', async () => undefined);
  expect(resumedSteps(calm.result)).toEqual([]);
  const random = seededRandom(seed, 'kills');
  const table: object[] = [];
  for (let run = 1; run <= kills; run++) {
    const waitMs = calm.tookMs * (0.05 + 0.9 * random.next());
    const disturbed = await trainWithKill(`run-${run}`, run === kills ? undefined : waitMs);
    const resumed = resumedSteps(disturbed.result);
    table.push({ ...disturbed.kill, tookMs: disturbed.tookMs, resumedFromStep: resumed.join(', ') });
    expect(disturbed.versions).toBe(1);
    expect(disturbed.onnx).toBe(calm.onnx);
    expect(disturbed.result.winner).toBe(calm.result.winner);
    if (run === kills) expect(resumed.length).toBeGreaterThan(0);
  }
  console.log(`seed ${seed}: undisturbed ${calm.tookMs} ms`);
  console.table(table);
});

const resumedSteps = ({ candidates }: TrainResult): number[] =>
  candidates.flatMap(({ resumedFromStep }) => resumedFromStep ?? []);
