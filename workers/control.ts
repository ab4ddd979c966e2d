import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { pipelines } from '../pipelines/index.ts';
import { taskQueues } from '../temporal.config.ts';
import { workflowBundle } from './bundle.ts';
import { controlActivities } from './deps/control.ts';
import { upsertSchedules } from './schedules.ts';
import { serveAsProcess } from './serve.ts';

/** A cached workflow takes about half a megabyte. */
const maxCachedWorkflows = 100;

/** Orchestration and light steps; makes the pipelines and their schedules known when it starts. */
serveAsProcess({
  name: 'control',
  async options({ ground }) {
    return {
      taskQueue: taskQueues.control,
      workflowBundle: await workflowBundle(join(ground.env.RELEVO_HOME, 'cache')),
      activities: controlActivities(ground),
      maxCachedWorkflows,
      maxConcurrentActivityTaskExecutions: 20,
      maxConcurrentWorkflowTaskExecutions: 20,
    };
  },
  async afterStart({ ground, connection, logger }) {
    const specs = Object.values(pipelines);
    for (const spec of specs) await ground.registry.pipelines.save(spec);
    const client = new Client({ connection, namespace: ground.env.TEMPORAL_NAMESPACE });
    for (const { id, change } of await upsertSchedules(client, specs))
      logger.info(`Schedule ${change}`, { scheduleId: id });
  },
});
