import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  type ScheduleHandle,
  ScheduleOverlapPolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { runId, scheduleId } from '../../contracts/ids.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { trainOptionsSchema } from '../../contracts/runs.ts';
import { taskQueues } from '../../temporal.config.ts';
import { pauseSchedules } from '../../test/paused-schedules.ts';
import type { Servers, Workers } from '../../test/stack.ts';
import { calendar, type Due, type Quarter, quartersPerDay } from './calendar.ts';
import type { Reading } from './growth.ts';
import { meterFile, meterHeader, meterLines, requestOf, rowsPerDay, warmDays } from './meter.ts';

const rowsPerQuarter = rowsPerDay / quartersPerDay;
/** A check may begin so much later than its time. */
const jitterMs = 15 * 60_000;
/** Every so many days a moment is asked for again, as a catch-up after an outage may. */
const twiceEveryDays = 10;

export interface Loop {
  spec: PipelineSpec;
  days: number;
  /** The loop ends with the day that this moment is in, ms since the epoch. */
  endsAtMs: number;
  /** Of the API. */
  url: string;
  /** After each day, with how many runs schedules have started until then. */
  onDay(day: number, runs: number): Promise<void>;
}

export interface Course {
  /** That were played. */
  days: number;
  due: Due[];
  /** Seconds that each day's checks took, mean. */
  checkSeconds: Reading[];
  trainSeconds: Reading[];
  verdicts: Record<string, number>;
  predictions: number;
}

/** Lets every moment of so many days come, one after the other, each with the rows that have arrived by then. */
export async function runLoop({ client }: Servers, workers: Workers, loop: Loop): Promise<Course> {
  const { spec, days } = loop;
  const lines = meterLines(days);
  const file = join(workers.dataDir, meterFile);
  const warmRows = warmDays * rowsPerDay;
  await writeFile(file, `${[meterHeader, ...lines.slice(0, warmRows)].join('\n')}\n`);
  await workers.registry.pipelines.save(spec);
  await firstChampion(client, spec);
  const schedules = await pausedSchedules(client, spec);
  const course: Course = {
    days: 0,
    due: [],
    checkSeconds: [],
    trainSeconds: [],
    verdicts: {},
    predictions: 0,
  };
  let checkMs = 0;
  for (const quarter of calendar(spec.name, days)) {
    const from = warmRows + (quarter.day * quartersPerDay + quarter.quarter) * rowsPerQuarter;
    const arrived = lines.slice(from, from + rowsPerQuarter);
    await appendFile(file, `${arrived.join('\n')}\n`);
    const [took] = await Promise.all([
      runQuarter(client, schedules, quarter),
      predict(loop.url, spec, requestOf(arrived)),
    ]);
    course.predictions += arrived.length;
    course.due.push(...quarter.due);
    checkMs += took.monitor ?? 0;
    const runs = course.due.length;
    if (took.train !== undefined) course.trainSeconds.push({ runs, value: took.train / 1000 });
    if (quarter.quarter !== quartersPerDay - 1) continue;
    course.checkSeconds.push({ runs, value: checkMs / quartersPerDay / 1000 });
    checkMs = 0;
    course.days = quarter.day + 1;
    await loop.onDay(quarter.day, runs);
    if (Date.now() > loop.endsAtMs) break;
  }
  for (const check of await checksOf(workers, spec.name))
    course.verdicts[check] = (course.verdicts[check] ?? 0) + 1;
  await retrainsOver(client, spec.name);
  return course;
}

async function firstChampion(client: Client, spec: PipelineSpec): Promise<void> {
  await client.workflow.execute('trainWorkflow', {
    workflowId: runId('train', spec.name, 'first'),
    taskQueue: taskQueues.control,
    args: [{ spec, options: trainOptionsSchema.parse({}) }],
  });
}

type Schedules = Record<Due['kind'], ScheduleHandle>;

/** The schedules of the pipeline, paused as the product's are: nothing but the calendar starts a run. */
async function pausedSchedules(client: Client, spec: PipelineSpec): Promise<Schedules> {
  await pauseSchedules(client, [spec]);
  const of = (kind: Due['kind']): ScheduleHandle => client.schedule.getHandle(scheduleId(kind, spec.name));
  return { ingest: of('ingest'), train: of('train'), monitor: of('monitor') };
}

/** How long the runs of each kind took, ms. */
type Took = Partial<Record<Due['kind'], number>>;

async function runQuarter(client: Client, schedules: Schedules, { day, due }: Quarter): Promise<Took> {
  const took: Took = {};
  const run = async ({ kind, at, workflowId }: Due): Promise<void> => {
    const moment = {
      start: new Date(at.getTime() - 1),
      end: new Date(at.getTime() + (kind === 'monitor' ? jitterMs : 1)),
      overlap: ScheduleOverlapPolicy.ALLOW_ALL,
    };
    await schedules[kind].backfill(moment);
    if (day % twiceEveryDays === twiceEveryDays - 1) await schedules[kind].backfill(moment);
    took[kind] = await finished(client, workflowId);
  };
  await Promise.all(due.map(run));
  return took;
}

/** Waits for a run that a schedule starts. */
async function finished(client: Client, workflowId: string): Promise<number> {
  const handle = client.workflow.getHandle(workflowId);
  const askedMs = performance.now();
  for (;;) {
    try {
      await handle.result();
      return performance.now() - askedMs;
    } catch (error) {
      const isLate = performance.now() - askedMs > 60_000;
      if (!(error instanceof WorkflowNotFoundError) || isLate) throw error;
      await sleep(20);
    }
  }
}

async function predict(
  url: string,
  spec: PipelineSpec,
  rows: Record<string, string | number>[],
): Promise<void> {
  const answer = await fetch(`${url}/v1/pipelines/${spec.name}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows }),
  });
  if (!answer.ok) throw new Error(`the API answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

/** Verdicts of all checks. */
async function checksOf({ registry }: Workers, pipeline: string): Promise<string[]> {
  const verdicts: string[] = [];
  let before: string | undefined;
  for (;;) {
    const page = await registry.drift.list(pipeline, { limit: 200, ...(before && { before }) });
    verdicts.push(...page.map(({ report }) => report.verdict));
    before = page.at(-1)?.cursor;
    if (page.length < 200) return verdicts;
  }
}

/** Retrains outlive the checks that asked for them. */
async function retrainsOver(client: Client, pipeline: string): Promise<void> {
  const query = `RelevoPipeline = "${pipeline}" AND ExecutionStatus = "Running"`;
  for (let waitedMs = 0; waitedMs < 300_000; waitedMs += 1_000) {
    const { count } = await client.workflow.count(query);
    if (count === 0) return;
    await sleep(1_000);
  }
}
