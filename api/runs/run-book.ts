import { RelevoError } from '../../contracts/errors.ts';
import { parseRootRunId, type RunKind } from '../../contracts/ids.ts';
import type { RunProgress, RunState } from '../../contracts/runs.ts';
import type { Registry, Run, RunError, RunFilter } from '../../registry/types.ts';
import type { PendingActivity, WorkflowState, Workflows } from '../temporal/workflows.ts';

/** A run as the registry and Temporal know it together. */
export interface RunRecord {
  id: string;
  kind: RunKind;
  pipeline: string;
  workflowRunId: string;
  state: RunState;
  startedAt: string;
  finishedAt: string | undefined;
  input: unknown;
  result: unknown;
  error: RunError | undefined;
  /** While it runs and a worker answers. */
  progress?: RunProgress;
  /** While it runs: what it waits for. */
  activities?: PendingActivity[];
  /** Why this may not be the newest. */
  notice?: string;
}

export interface RunBook {
  /** @throws RelevoError RUN_NOT_FOUND; DATABASE_UNAVAILABLE or TEMPORAL_UNAVAILABLE where neither can tell. */
  get(id: string): Promise<RunRecord>;
  list(filter: RunFilter): Promise<{ runs: RunRecord[]; next: string | undefined }>;
}

/** A training run waits for one search per candidate. */
const followedChildren = 16;

/**
 * Reads runs: what exists from the registry, what is happening from Temporal. A row that still says 'running'
 * of a workflow that has closed, as when it was terminated from outside, is put right on the way.
 */
export function createRunBook({ runs }: Pick<Registry, 'runs'>, workflows: Workflows): RunBook {
  const reconcile = async (run: Run, state: WorkflowState): Promise<Run> => {
    const outcome = await workflows.outcome(run.id, run.workflowRunId);
    if (outcome === undefined || state.state === 'running') return run;
    return runs.finish({ id: run.id, workflowRunId: run.workflowRunId, ...outcome });
  };

  /** What a run waits for: its own activities and those of the workflows below it. */
  const pendingOf = async ({ pending, children }: WorkflowState): Promise<PendingActivity[]> => {
    const below = await Promise.all(children.slice(0, followedChildren).map((id) => workflows.describe(id)));
    return [...pending, ...below.flatMap((child) => child?.pending ?? [])];
  };

  const current = async (run: Run, withProgress: boolean): Promise<RunRecord> => {
    if (run.state !== 'running') return recordOf(run);
    try {
      const state = await workflows.describe(run.id, run.workflowRunId);
      if (state === undefined) return { ...recordOf(run), notice: 'Temporal no longer knows this run.' };
      if (state.state !== 'running') return recordOf(await reconcile(run, state));
      const progress = withProgress ? await workflows.progress(run.id) : undefined;
      return {
        ...recordOf(run),
        activities: withProgress ? await pendingOf(state) : state.pending,
        ...(progress === undefined ? {} : { progress }),
      };
    } catch (error) {
      if (!(error instanceof RelevoError && error.retryable)) throw error;
      return { ...recordOf(run), notice: error.message };
    }
  };

  /** A run that Temporal has and the registry has not: its first step has not run yet, or the registry is away. */
  const unbooked = async (id: string, missing: RelevoError): Promise<RunRecord> => {
    const parsed = parseRootRunId(id);
    const state = parsed && (await workflows.describe(id));
    if (parsed === undefined || state === undefined) throw missing;
    const outcome = state.state === 'running' ? undefined : await workflows.outcome(id, state.workflowRunId);
    const progress = state.state === 'running' ? await workflows.progress(id) : undefined;
    return {
      id,
      kind: id.endsWith('/ingest') ? 'ingest' : parsed.kind,
      pipeline: parsed.pipeline,
      workflowRunId: state.workflowRunId,
      state: state.state,
      startedAt: state.startedAt,
      finishedAt: state.finishedAt,
      input: undefined,
      result: outcome?.result,
      error: outcome?.error,
      activities: await pendingOf(state),
      ...(progress === undefined ? {} : { progress }),
    };
  };

  return {
    async get(id) {
      try {
        return await current(await runs.get(id), true);
      } catch (error) {
        const unknownHere =
          error instanceof RelevoError &&
          (error.code === 'RUN_NOT_FOUND' || error.code === 'DATABASE_UNAVAILABLE');
        if (!unknownHere) throw error;
        return unbooked(id, error);
      }
    },
    async list(filter) {
      const page = await runs.list({ ...filter, limit: filter.limit + 1 });
      const shown = page.slice(0, filter.limit);
      return {
        runs: await Promise.all(shown.map((run) => current(run, false))),
        next: page.length > shown.length ? shown.at(-1)?.cursor : undefined,
      };
    },
  };
}

const recordOf = ({ cursor: _, ...run }: Run): RunRecord => run;
