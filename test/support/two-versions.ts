import type { Client } from '@temporalio/client';
import { runId } from '../../contracts/ids.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { trainOptionsSchema } from '../../contracts/runs.ts';
import { taskQueues } from '../../temporal.config.ts';
import { writePlant } from '../plant.ts';

/** Trains versions 1.0.0 and 1.1.0 of a pipeline on the plant's rows; neither is promoted. */
export async function trainTwoVersions(
  { client, dataDir }: { client: Client; dataDir: string },
  spec: PipelineSpec,
): Promise<void> {
  await writePlant(dataDir, 600);
  for (const seed of [1, 2]) {
    const options = trainOptionsSchema.parse({ ingest: 'if-missing', seed, promote: false });
    await client.workflow.execute('trainWorkflow', {
      workflowId: runId('train', spec.name, `seed-${seed}`),
      taskQueue: taskQueues.control,
      args: [{ spec, options }],
    });
  }
}
