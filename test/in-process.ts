import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { ArtifactStore } from '../contracts/artifacts.ts';
import { parseEnvironment } from '../contracts/env.ts';
import { closePool } from '../models/pool.ts';
import type { Registry } from '../registry/index.ts';
import { migrate } from '../registry/migrate.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { dataConverterWith } from '../temporal/codec/data-converter.ts';
import { payloadCodec } from '../temporal/codec/index.ts';
import { tracedActivities, tracingSinks } from '../temporal/tracing/worker.ts';
import { taskQueues } from '../temporal.config.ts';
import { computeActivities } from '../workers/deps/compute.ts';
import { controlActivities } from '../workers/deps/control.ts';
import { openGround } from '../workers/deps/ground.ts';
import { createLogger } from '../workers/logging.ts';
import { testBundle } from './bundles.ts';
import { freshDatabase } from './database.ts';

export interface InProcess {
  client: Client;
  registry: Registry;
  artifacts: ArtifactStore;
  databaseUrl: string;
  dataDir: string;
  stop(): Promise<void>;
}

/** Both workers in the test's own process, on a database and a folder of its own. */
export async function startInProcess(services: {
  databaseUrl: string;
  temporalAddress: string;
  /** RELEVO_PAYLOAD_KEYS of the workers and the client; payloads stay plain where absent. */
  payloadKeys?: string;
  /** S3_ENDPOINT of the workers. */
  objectStore?: string;
  /** Where runs and activities are told as spans; traces are off where absent. */
  tracing?: Tracing;
}): Promise<InProcess> {
  const home = await mkdtemp(join(tmpdir(), 'relevo-workflows-'));
  const database = await freshDatabase(services.databaseUrl);
  await migrate(database.url);
  const logger = createLogger('test', 'error');
  Runtime.install({ logger });
  const env = parseEnvironment({
    RELEVO_HOME: home,
    RELEVO_DATA: home,
    DATABASE_URL: database.url,
    RELEVO_PAYLOAD_KEYS: services.payloadKeys,
    S3_ENDPOINT: services.objectStore,
  });
  const dataConverter = dataConverterWith(await payloadCodec(env));
  const ground = openGround(env);
  const native = await NativeConnection.connect({ address: services.temporalAddress });
  const connection = await Connection.connect({ address: services.temporalAddress });
  const { tracing } = services;
  const common = {
    ...(tracing && {
      interceptors: { activity: [tracedActivities(tracing)] },
      sinks: tracingSinks(tracing),
    }),

    connection: native,
    dataConverter,
    shutdownGraceTime: 1_000,
    maxHeartbeatThrottleInterval: 500,
  };
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: taskQueues.control,
      workflowBundle: await testBundle({
        encrypted: dataConverter !== undefined,
        traced: services.tracing !== undefined,
      }),
      activities: controlActivities(ground),
    }),
    Worker.create({
      ...common,
      taskQueue: taskQueues.compute,
      activities: await computeActivities(ground),
      maxConcurrentActivityTaskExecutions: 4,
    }),
  ]);
  const client = new Client({ connection, dataConverter });
  const running = workers.map((worker) => worker.run());
  return {
    client,
    registry: ground.registry,
    artifacts: ground.artifacts,
    databaseUrl: database.url,
    dataDir: home,
    async stop() {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await endRuns(client);
      await Promise.all([native.close(), connection.close(), ground.registry.close(), closePool()]);
      await database.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** What still runs would go on in the next file's workers, on another database. */
async function endRuns(client: Client): Promise<void> {
  for await (const { workflowId, runId } of client.workflow.list({ query: 'ExecutionStatus="Running"' }))
    await client.workflow
      .getHandle(workflowId, runId)
      .terminate('its test is over')
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
}
