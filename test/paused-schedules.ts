import type { Client } from '@temporalio/client';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { pipelines } from '../pipelines/index.ts';
import { upsertSchedules } from '../workers/schedules.ts';

/**
 * Makes the schedules of pipelines, the product's unless told, and pauses them; a control worker that finds them keeps a
 * pause. A test at two in the morning of any pipeline's time zone would else train it, and so would every later file on
 * the same Temporal server.
 */
export async function pauseSchedules(
  client: Client,
  specs: PipelineSpec[] = Object.values(pipelines),
): Promise<void> {
  for (const { id } of await upsertSchedules(client, specs))
    await client.schedule.getHandle(id).pause('nothing is to start by itself');
}
