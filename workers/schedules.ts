import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { runId, scheduleId } from '../contracts/ids.ts';
import type { MonitorInput } from '../contracts/monitor.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { type IngestInput, type TrainInput, trainOptionsSchema } from '../contracts/runs.ts';
import { taskQueues } from '../temporal.config.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Temporal appends the moment to the workflow id: `train/steel-energy/nightly-2026-11-21T17:00:00Z`. */
const nightlyId = (kind: 'ingest' | 'train', pipeline: string): string => runId(kind, pipeline, 'nightly');

/** What both schedules of a pipeline share; the workflow's input and the overlap are their own. */
function nightly(
  spec: PipelineSpec,
  kind: 'ingest' | 'train',
  own: { input: IngestInput | TrainInput; overlap: ScheduleOverlapPolicy; summary: string; does: string },
): ScheduleOptions {
  const { cron, catchUpMinutes } = spec.schedules[kind];
  return {
    scheduleId: scheduleId(kind, spec.name),
    spec: { cronExpressions: [cron], timezone: spec.timezone },
    action: {
      type: 'startWorkflow',
      workflowType: `${kind}Workflow`,
      workflowId: nightlyId(kind, spec.name),
      taskQueue: taskQueues.control,
      args: [own.input],
      staticSummary: own.summary,
    },
    policies: { overlap: own.overlap, catchupWindow: catchUpMinutes * minuteMs },
    memo: { note: `${own.does} at ${cron}, ${spec.timezone}` },
  };
}

const ingestSchedule = (spec: PipelineSpec): ScheduleOptions =>
  nightly(spec, 'ingest', {
    input: { spec },
    // Rows that came while an ingest ran are read right after it.
    overlap: ScheduleOverlapPolicy.BUFFER_ONE,
    summary: `Nightly ingest of ${spec.name}`,
    does: `Reads new rows of ${spec.name}`,
  });

const trainSchedule = (spec: PipelineSpec): ScheduleOptions =>
  nightly(spec, 'train', {
    input: { spec, options: trainOptionsSchema.parse({}) },
    overlap: ScheduleOverlapPolicy.SKIP,
    summary: `Nightly training of ${spec.name}`,
    does: `Trains ${spec.name}`,
  });

/**
 * Every so many hours, aligned to the hours of UTC whenever it was created, each a little later than its time, so that
 * the checks of many pipelines do not start at once. Rows that came while a check ran are seen right after it.
 */
function monitorSchedule(spec: PipelineSpec): ScheduleOptions {
  const { everyHours, jitterMinutes, catchUpMinutes } = spec.drift;
  const input: MonitorInput = { spec, options: {} };
  return {
    scheduleId: scheduleId('monitor', spec.name),
    spec: {
      intervals: [{ every: everyHours * hourMs, offset: 0 }],
      jitter: jitterMinutes * minuteMs,
      timezone: 'UTC',
    },
    action: {
      type: 'startWorkflow',
      workflowType: 'monitorWorkflow',
      workflowId: runId('monitor', spec.name, 'scheduled'),
      taskQueue: taskQueues.control,
      args: [input],
      staticSummary: `Check of ${spec.name}`,
    },
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: catchUpMinutes * minuteMs },
    memo: { note: `Checks ${spec.name} every ${everyHours} hours for drift` },
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

/** The nightly ingest and training and the regular check of every pipeline: created where missing, else brought up to its spec. */
export async function upsertSchedules(
  client: Client,
  specs: PipelineSpec[],
): Promise<{ id: string; change: 'created' | 'updated' }[]> {
  const all = specs.flatMap((spec) => [ingestSchedule(spec), trainSchedule(spec), monitorSchedule(spec)]);
  return await Promise.all(
    all.map(async (options) => ({ id: options.scheduleId, change: await upsert(client, options) })),
  );
}
