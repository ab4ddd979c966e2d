import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { runId, scheduleId } from '../contracts/ids.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { type IngestInput, type TrainInput, trainOptionsSchema } from '../contracts/runs.ts';
import { taskQueues } from '../temporal.config.ts';

const minuteMs = 60_000;

/** Temporal appends the moment to the workflow id: `train/steel-energy/nightly-2026-11-21T17:00:00Z`. */
const nightlyId = (kind: 'ingest' | 'train', pipeline: string): string => runId(kind, pipeline, 'nightly');

function ingestSchedule(spec: PipelineSpec): ScheduleOptions {
  const { cron, catchUpMinutes } = spec.schedules.ingest;
  const input: IngestInput = { spec };
  return {
    scheduleId: scheduleId('ingest', spec.name),
    spec: { cronExpressions: [cron], timezone: spec.timezone },
    action: {
      type: 'startWorkflow',
      workflowType: 'ingestWorkflow',
      workflowId: nightlyId('ingest', spec.name),
      taskQueue: taskQueues.control,
      args: [input],
      staticSummary: `Nightly ingest of ${spec.name}`,
    },
    // Rows that came while an ingest ran are read right after it.
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: catchUpMinutes * minuteMs },
    memo: { note: `Reads new rows of ${spec.name} at ${cron}, ${spec.timezone}` },
  };
}

function trainSchedule(spec: PipelineSpec): ScheduleOptions {
  const { cron, catchUpMinutes } = spec.schedules.train;
  const input: TrainInput = { spec, options: trainOptionsSchema.parse({}) };
  return {
    scheduleId: scheduleId('train', spec.name),
    spec: { cronExpressions: [cron], timezone: spec.timezone },
    action: {
      type: 'startWorkflow',
      workflowType: 'trainWorkflow',
      workflowId: nightlyId('train', spec.name),
      taskQueue: taskQueues.control,
      args: [input],
      staticSummary: `Nightly training of ${spec.name}`,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchUpMinutes * minuteMs },
    memo: { note: `Trains ${spec.name} at ${cron}, ${spec.timezone}` },
  };
}

async function upsert(client: Client, options: ScheduleOptions): Promise<'created' | 'updated'> {
  try {
    await client.schedule.create(options);
    return 'created';
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  const { spec, policies } = options;
  const action = { ...options.action, workflowId: options.action.workflowId ?? options.scheduleId };
  await client.schedule.getHandle(options.scheduleId).update((found) => ({
    ...found,
    spec,
    action,
    policies: { ...found.policies, ...policies },
    // An operator's pause, its note and what is left of limited actions stay as they are.
    state: found.state,
  }));
  return 'updated';
}

/** The nightly ingest and training of every pipeline: created where missing, else brought up to its spec. */
export async function upsertSchedules(
  client: Client,
  specs: PipelineSpec[],
): Promise<{ id: string; change: 'created' | 'updated' }[]> {
  const all = specs.flatMap((spec) => [ingestSchedule(spec), trainSchedule(spec)]);
  return await Promise.all(
    all.map(async (options) => ({ id: options.scheduleId, change: await upsert(client, options) })),
  );
}
