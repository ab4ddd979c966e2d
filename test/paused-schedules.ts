import type { Client } from '@temporalio/client';
import { pipelines } from '../pipelines/index.ts';
import { upsertSchedules } from '../workers/schedules.ts';

/**
 * The product's schedules, paused before a control worker finds them, which keeps a pause. A test at two in the morning
 * of any pipeline's time zone would else train it, and so would every later file on the same Temporal server.
 */
export async function pauseSchedules(client: Client): Promise<void> {
  for (const { id } of await upsertSchedules(client, Object.values(pipelines)))
    await client.schedule.getHandle(id).pause('a test runs');
}
