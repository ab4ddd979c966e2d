import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AggregatorRegistry, type Registry } from 'prom-client';
import { z } from 'zod';
import { shutdownGraceMs } from '../temporal.config.ts';

const firstPauseMs = 250;
const longestPauseMs = 10_000;
/** A process that lived this long was well: the pause before the next one does not grow. */
const steadyMs = 30_000;
/** A process that drains gets this long; then it is stuck. */
const killDelayMs = shutdownGraceMs + 2_000;

const messageSchema = z.union([
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('metrics'), id: z.number() }),
]);

/**
 * Runs this program in several processes on one port and starts those again that end. Each of them has its own models,
 * log queue and connections; connections of clients go round among them.
 * @param stopping resolves when all shall end.
 * @throws Error where one ends before all have been ready once: what it wrote says why.
 */
export async function keepProcesses(
  count: number,
  { stopping, onReady, log }: { stopping: Promise<string>; onReady(): void; log: Logger },
): Promise<void> {
  const aggregator = new AggregatorRegistry();
  const running = new Set<Worker>();
  let waited = count;
  let isStopping = false;
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });

  const answerMetrics = async (worker: Worker, id: number): Promise<void> => {
    const text = await aggregator.clusterMetrics();
    if (worker.isConnected()) worker.send({ type: 'metrics', id, text });
  };
  const hear = (worker: Worker, message: unknown): void => {
    const { data } = messageSchema.safeParse(message);
    if (data?.type === 'metrics')
      answerMetrics(worker, data.id).catch((error: unknown) =>
        log.warn({ err: error }, 'figures of all processes cannot be had'),
      );
    else if (data?.type === 'ready' && --waited === 0) onReady();
  };
  const start = (pauseMs: number): void => {
    const worker = cluster.fork();
    const startedMs = performance.now();
    running.add(worker);
    worker.on('message', (message: unknown) => hear(worker, message));
    worker.once('exit', (code, signal) => {
      running.delete(worker);
      if (isStopping) return;
      if (waited > 0) return fail(new Error('A process of the API ended before it was ready.'));
      log.error({ code, signal }, 'a process of the API ended; another takes its place');
      const wasSteady = performance.now() - startedMs > steadyMs;
      void sleep(pauseMs).then(() => {
        if (!isStopping) start(wasSteady ? firstPauseMs : Math.min(longestPauseMs, 2 * pauseMs));
      });
    });
  };

  for (let i = 0; i < count; i++) start(firstPauseMs);
  try {
    log.info({ why: await Promise.race([stopping, failed]) }, 'API stops');
  } finally {
    isStopping = true;
    await Promise.all([...running].map(stop));
  }
}

async function stop(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.process.kill('SIGTERM');
  const late = setTimeout(() => worker.process.kill('SIGKILL'), killDelayMs);
  await gone;
  clearTimeout(late);
}

/** Lets a process of several tell its figures to who adds them up. */
export function answerForAll(registry: Registry): void {
  if (!cluster.isWorker) return;
  AggregatorRegistry.setRegistries([registry]);
  // It listens from its making on.
  new AggregatorRegistry();
}

const answerSchema = z.object({ type: z.literal('metrics'), id: z.number(), text: z.string() });
const metricsTimeoutMs = 5_000;
let asked = 0;

/** The figures of all processes of the API, added up by who keeps them; undefined where this one is alone. */
export function metricsOfAll(): Promise<string> | undefined {
  if (!cluster.isWorker) return undefined;
  const id = ++asked;
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => end(() => reject(new Error('no answer from the other processes'))),
      metricsTimeoutMs,
    );
    const hear = (message: unknown): void => {
      const { data } = answerSchema.safeParse(message);
      if (data?.id === id) end(() => resolve(data.text));
    };
    const end = (settle: () => void): void => {
      clearTimeout(late);
      process.off('message', hear);
      settle();
    };
    process.on('message', hear);
    process.send?.({ type: 'metrics', id });
  });
}
