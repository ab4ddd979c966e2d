import type { Client } from '@temporalio/client';
import type { Registry } from '../../registry/index.ts';
import { median } from '../lib/report.ts';
import type { Due } from './calendar.ts';

export interface RunCounts {
  expected: Record<Due['kind'], number>;
  /** Business keys without a completed run. */
  missed: string[];
  /** Business keys with more than one execution in Temporal, or more than one run in the registry. */
  doubled: string[];
  /** Executions that did not complete, whatever started them, and why. */
  failed: string[];
  /** Started by these runs: ingests of trainings and checks, retrains. */
  others: number;
  retrains: number;
}

/** Of one kind's scheduled runs: medians of the first and the last fifth of the year. */
export interface HistorySize {
  events: { early: number; late: number };
  bytes: { early: number; late: number };
}
export interface Histories {
  /** The longest of all executions, and which it was. */
  mostEvents: number;
  ofWorkflow: string;
  scheduled: Record<Due['kind'], HistorySize>;
}

interface Execution {
  workflowId: string;
  runId: string;
  status: string;
  events: number;
  bytes: number;
  startedMs: number;
}

async function executionsOf(client: Client, pipeline: string): Promise<Execution[]> {
  const found: Execution[] = [];
  for await (const one of client.workflow.list({ query: `RelevoPipeline = "${pipeline}"` })) {
    const { workflowId, runId, status, historyLength, historySize, startTime } = one;
    const size = { events: historyLength, bytes: historySize ?? 0 };
    found.push({ workflowId, runId, status: status.name, ...size, startedMs: startTime.getTime() });
  }
  return found;
}

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
  const failed = executions.filter(({ status }) => status !== 'COMPLETED');
  return {
    counts: {
      expected: { ingest: countOf('ingest'), train: countOf('train'), monitor: countOf('monitor') },
      missed: [...wanted].filter((id) => !completed(id) || !booked.has(id)),
      doubled: [...new Set([...byId.keys(), ...booked.keys()])].filter(isDoubled),
      failed: await Promise.all(failed.map((one) => failureOf(client, one))),
      others: others.length,
      retrains: others.filter(({ workflowId }) => /^retrain\/[^/]+\/[^/]+$/.test(workflowId)).length,
    },
    histories: historiesOf(executions, wanted),
  };
}

/** How an execution ended, in its own words. */
async function failureOf(client: Client, { workflowId, runId, status }: Execution): Promise<string> {
  if (status === 'RUNNING') return `${workflowId}: still runs`;
  const words = await client.workflow
    .getHandle(workflowId, runId)
    .result()
    .then(
      () => status,
      (error: unknown) => String(error instanceof Error ? (error.cause ?? error) : error),
    );
  return `${workflowId}: ${words}`;
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

function historiesOf(executions: Execution[], wanted: ReadonlySet<string>): Histories {
  const longest = executions.reduce((most, one) => (one.events > most.events ? one : most), executions[0]);
  const sizeOf = (kind: Due['kind']): HistorySize => {
    const runs = executions
      .filter(({ workflowId }) => wanted.has(workflowId) && workflowId.startsWith(`${kind}/`))
      .sort((a, b) => a.startedMs - b.startedMs);
    const fifth = Math.max(1, Math.floor(runs.length / 5));
    const ends = (of: (one: Execution) => number) => ({
      early: median(runs.slice(0, fifth).map(of)),
      late: median(runs.slice(-fifth).map(of)),
    });
    return { events: ends(({ events }) => events), bytes: ends(({ bytes }) => bytes) };
  };
  return {
    mostEvents: longest.events,
    ofWorkflow: longest.workflowId,
    scheduled: { ingest: sizeOf('ingest'), train: sizeOf('train'), monitor: sizeOf('monitor') },
  };
}
