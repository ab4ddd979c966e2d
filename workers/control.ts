import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { objectStoreOf, watchRoot } from '../contracts/env.ts';
import { pipelines } from '../pipelines/index.ts';
import { watchedUnder } from '../pipelines/watched.ts';
import { taskQueues } from '../temporal.config.ts';
import { startSender } from './alerts/sender.ts';
import { workflowBundle } from './bundle.ts';
import { controlActivities } from './deps/control.ts';
import { upsertSchedules } from './schedules.ts';
import { serveAsProcess } from './serve.ts';
import { watchPlaces } from './watch.ts';

/** A cached workflow takes about half a megabyte. */
const maxCachedWorkflows = 100;

/** Time between two looks into a watched folder or bucket. */
const lookEveryMs = { folder: 5_000, bucket: 30_000 };
let sender: ReturnType<typeof startSender> | undefined;
let watch: ReturnType<typeof watchPlaces> | undefined;

/** Orchestration and light steps; makes the pipelines and their schedules known when it starts. */
serveAsProcess({
  name: 'control',
  async options({ ground, dataConverter, tracing }) {
    return {
      taskQueue: taskQueues.control,
      workflowBundle: await workflowBundle(join(ground.env.RELEVO_HOME, 'cache'), {
        encrypted: dataConverter !== undefined,
        traced: tracing !== undefined,
      }),
      activities: controlActivities(ground),
      maxCachedWorkflows,
      maxConcurrentActivityTaskExecutions: 20,
      maxConcurrentWorkflowTaskExecutions: 20,
    };
  },
  async afterStart({ ground, connection, logger, dataConverter }) {
    sender = startSender(ground.registry.alerts, ground.env, logger);
    const specs = watchedUnder(Object.values(pipelines), ground.env.RELEVO_WATCH);
    for (const spec of specs) await ground.registry.pipelines.save(spec);
    const client = new Client({ connection, namespace: ground.env.TEMPORAL_NAMESPACE, dataConverter });
    for (const { id, change } of await upsertSchedules(client, specs))
      logger.info(`Schedule ${change}`, { scheduleId: id });
    const reach = { watchDir: watchRoot(ground.env), objectStore: objectStoreOf(ground.env) };
    watch = watchPlaces({ client, specs, reach, logger, everyMs: lookEveryMs });
  },
  async beforeEnd() {
    await Promise.allSettled([watch?.stop(), sender?.stop()]);
  },
});
