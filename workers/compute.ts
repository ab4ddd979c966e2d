import { closePool } from '../models/pool.ts';
import { taskQueues } from '../temporal.config.ts';
import { computeActivities } from './deps/compute.ts';
import { serveAsProcess } from './serve.ts';

/** Data and training, a fixed number at once: the resource tuner gives a busy machine a single slot. */
serveAsProcess({
  name: 'compute',
  async options({ ground }) {
    return {
      taskQueue: taskQueues.compute,
      activities: await computeActivities(ground),
      maxConcurrentActivityTaskExecutions: ground.env.RELEVO_COMPUTE_SLOTS,
      // A retry after a kill, and a watcher's progress bar, know what was true half a second ago.
      maxHeartbeatThrottleInterval: '500ms',
      defaultHeartbeatThrottleInterval: '500ms',
    };
  },
  beforeEnd: closePool,
});
