import type { DataConverter } from '@temporalio/common';
import { type Logger, type NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { type Environment, environment } from '../contracts/env.ts';
import { openTracing, type Tracing } from '../telemetry/tracing.ts';
import { dataConverterWith } from '../temporal/codec/data-converter.ts';
import { payloadCodec } from '../temporal/codec/index.ts';
import { tracedActivities, tracingSinks } from '../temporal/tracing/worker.ts';
import { killDelayMs, shutdownGraceMs } from '../temporal.config.ts';
import { connectTemporal } from './connection.ts';
import { type Ground, openGround } from './deps/ground.ts';
import { createLogger } from './logging.ts';

export interface Serving {
  ground: Ground;
  connection: NativeConnection;
  logger: Logger;
  /** How payloads are written and read; undefined where they are plain. */
  dataConverter: DataConverter | undefined;
  /** Where runs and activities are told as spans; undefined where traces are off. */
  tracing: Tracing | undefined;
}
export interface WorkerPlan {
  name: 'control' | 'compute';
  options(serving: Serving): Promise<Omit<WorkerOptions, 'connection' | 'namespace'>>;
  /** What there is to do once the worker runs. */
  afterStart?(serving: Serving): Promise<void>;
  /** What there is to close once the worker has stopped. */
  beforeEnd?(): Promise<void>;
}

/** Metrics of the control worker are on the port that is set, those of the compute worker on the next. */
const portOffset = { control: 0, compute: 1 } as const;

function installRuntime(env: Environment, name: WorkerPlan['name']): Logger {
  const logger = createLogger(name, env.RELEVO_LOG_LEVEL);
  const port = env.RELEVO_WORKER_METRICS_PORT;
  const metrics = port && {
    prometheus: { bindAddress: `${env.RELEVO_HOST}:${port + portOffset[name]}`, countersTotalSuffix: true },
  };
  Runtime.install({ logger, ...(metrics && { telemetryOptions: { metrics } }) });
  return logger;
}

/**
 * Runs a worker until it is told to stop, by a signal (the SDK's own handlers) or because its parent is gone.
 * Activities then have `shutdownGraceMs` to end; what they have not finished, another attempt takes up.
 */
export async function serve(plan: WorkerPlan): Promise<void> {
  const env = environment();
  const logger = installRuntime(env, plan.name);
  const ground = openGround(env);
  const connection = await connectTemporal(env);
  const dataConverter = dataConverterWith(await payloadCodec(env));
  const tracing = await openTracing(plan.name, env);
  const serving = { ground, connection, logger, dataConverter, tracing };
  const worker = await Worker.create({
    shutdownGraceTime: shutdownGraceMs,
    shutdownForceTime: (shutdownGraceMs + killDelayMs) / 2,
    ...(await plan.options(serving)),
    connection,
    dataConverter,
    ...(tracing && {
      interceptors: { activity: [tracedActivities(tracing)] },
      sinks: tracingSinks(tracing),
    }),
    namespace: env.TEMPORAL_NAMESPACE,
  });
  process.once('disconnect', () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  });
  const running = worker.run();
  // Told at once, so that nobody waits for the schedules; a failure of theirs is logged, the worker goes on.
  process.send?.({ type: 'ready' });
  plan.afterStart?.(serving).catch((error: unknown) => logger.error('Start-up work failed', { error }));
  try {
    await running;
  } finally {
    await Promise.allSettled([
      plan.beforeEnd?.(),
      connection.close(),
      ground.registry.close(),
      tracing?.close(),
    ]);
  }
}

/** For entry points: a worker that cannot start says why and ends with code 1. */
export function serveAsProcess(plan: WorkerPlan): void {
  serve(plan).then(
    () => process.exit(0),
    (error: unknown) => {
      const log = createLogger(plan.name, 'error');
      log.error('The worker ended', { error });
      process.exit(1);
    },
  );
}
