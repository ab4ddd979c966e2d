import type { Client } from '@temporalio/client';
import { scheduleId } from '../../contracts/ids.ts';
import type { Registry } from '../../registry/index.ts';
import type { Due } from './calendar.ts';

export interface RunCounts {
  expected: Record<Due['kind'], number>;
  /** Business keys without a completed run. */
  missed: string[];
  /** Business keys with more than one execution in Temporal, or more than one run in the registry. */
  doubled: string[];
  /** Executions that did not complete, whatever started them. */
  failed: string[];
  /** Started by these runs: ingests of trainings and checks, retrains. */
  others: number;
  retrains: number;
}

export interface Histories {
  /** The longest of all executions, and which it was. */
  mostEvents: number;
  ofWorkflow: string;
  /** Median events and bytes of a scheduled check's history, first and last fifth of the year. */
  checkEvents: { early: number; late: number };
  checkBytes: { early: number; late: number };
  /** Of the schedules' own workflows, which Temporal continues as new. */
  scheduleEvents: Record<Due['kind'], number>;
}

interface Execution {
  workflowId: string;
  status: string;
  events: number;
  bytes: number;
  startedMs: number;
}

async function executionsOf(client: Client, pipeline: string): Promise<Execution[]> {
  const found: Execution[] = [];
  for await (const { workflowId, status, historyLength, historySize, startTime } of client.workflow.list({
    query: `RelevoPipeline = "${pipeline}"`,
  }))
    found.push({
      workflowId,
      status: status.name,
      events: historyLength,
      bytes: historySize ?? 0,
      startedMs: startTime.getTime(),
    });
  return found;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Counts runs by business key, in Temporal and in the registry, and measures their histories. */
export async function judgeRuns(
  client: Client,
  registry: Registry,
  pipeline: string,
  due: Due[],
): Promise<{ counts: RunCounts; histories: Histories }> {
  const executions = await executionsOf(client, pipeline);
  const byId = new Map<string, Execution[]>();
  for (const one of executions) byId.set(one.workflowId, [...(byId.get(one.workflowId) ?? []), one]);
  const booked = await bookedRuns(registry, pipeline);
  const completed = (id: string): boolean =>
    byId.get(id)?.some(({ status }) => status === 'COMPLETED') ?? false;
  const isDoubled = (id: string): boolean => (byId.get(id)?.length ?? 0) > 1 || (booked.get(id) ?? 0) > 1;
  const wanted = new Set(due.map(({ workflowId }) => workflowId));
  const others = executions.filter(({ workflowId }) => !wanted.has(workflowId));
  const countOf = (kind: Due['kind']): number => due.filter((one) => one.kind === kind).length;
  return {
    counts: {
      expected: { ingest: countOf('ingest'), train: countOf('train'), monitor: countOf('monitor') },
      missed: [...wanted].filter((id) => !completed(id) || !booked.has(id)),
      doubled: [...new Set([...byId.keys(), ...booked.keys()])].filter(isDoubled),
      failed: executions.filter(({ status }) => status !== 'COMPLETED').map(({ workflowId }) => workflowId),
      others: others.length,
      retrains: others.filter(({ workflowId }) => /^retrain\/[^/]+\/[^/]+$/.test(workflowId)).length,
    },
    histories: await historiesOf(client, pipeline, executions, wanted),
  };
}

/** How many runs the registry has of each id. */
async function bookedRuns(registry: Registry, pipeline: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let before: string | undefined;
  for (;;) {
    const page = await registry.runs.list({ pipeline, limit: 500, ...(before && { before }) });
    for (const { id } of page) counts.set(id, (counts.get(id) ?? 0) + 1);
    const last = page.at(-1);
    if (last === undefined || page.length < 500) return counts;
    before = last.cursor;
  }
}

async function historiesOf(
  client: Client,
  pipeline: string,
  executions: Execution[],
  wanted: ReadonlySet<string>,
): Promise<Histories> {
  const longest = executions.reduce((most, one) => (one.events > most.events ? one : most), executions[0]);
  const checks = executions
    .filter(({ workflowId }) => wanted.has(workflowId) && workflowId.startsWith('monitor/'))
    .sort((a, b) => a.startedMs - b.startedMs);
  const fifth = Math.max(1, Math.floor(checks.length / 5));
  const ends = (of: (one: Execution) => number) => ({
    early: median(checks.slice(0, fifth).map(of)),
    late: median(checks.slice(-fifth).map(of)),
  });
  const ofSchedule = async (kind: Due['kind']): Promise<number> => {
    const handle = client.workflow.getHandle(`temporal-sys-scheduler:${scheduleId(kind, pipeline)}`);
    return (await handle.describe()).historyLength;
  };
  return {
    mostEvents: longest.events,
    ofWorkflow: longest.workflowId,
    checkEvents: ends(({ events }) => events),
    checkBytes: ends(({ bytes }) => bytes),
    scheduleEvents: {
      ingest: await ofSchedule('ingest'),
      train: await ofSchedule('train'),
      monitor: await ofSchedule('monitor'),
    },
  };
}
