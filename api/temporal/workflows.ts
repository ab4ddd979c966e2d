import {
  type Client,
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import {
  defineSearchAttributeKey,
  type LoadedDataConverter,
  TypedSearchAttributes,
} from '@temporalio/common';
import {
  decodeFromPayloadsAtIndex,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { AdoptInput } from '../../contracts/adoption.ts';
import type { BatchInput } from '../../contracts/batch.ts';
import type { ContestAction, ContestInput, ContestOrder, ContestView } from '../../contracts/contest.ts';
import { RelevoError } from '../../contracts/errors.ts';
import type { MonitorInput } from '../../contracts/monitor.ts';
import type { RetrainInput } from '../../contracts/retrain.ts';
import type {
  ActivityProgress,
  CompareInput,
  ExplainInput,
  IngestInput,
  PromoteInput,
  RollbackInput,
  RunProgress,
  RunState,
  TrainInput,
} from '../../contracts/runs.ts';
import { createCircuit } from '../../registry/circuit.ts';
import type { RunError } from '../../registry/types.ts';
import { searchAttributes, taskQueues } from '../../temporal.config.ts';
import type * as workflows from '../../workflows/index.ts';
import { limits } from '../limits.ts';
import { errorOfRun, runErrorOf } from './failure.ts';

/** A run to start, by kind with its input. */
export type RunRequest = { id: string; pipeline: string } & (
  | { kind: 'ingest'; input: IngestInput }
  | { kind: 'train'; input: TrainInput }
  | { kind: 'retrain'; input: RetrainInput }
  | { kind: 'monitor'; input: MonitorInput }
  | { kind: 'contest'; input: ContestInput }
  | { kind: 'batch'; input: BatchInput }
  | { kind: 'promote'; input: PromoteInput }
  | { kind: 'rollback'; input: RollbackInput }
);

/** A question that a workflow answers within seconds. */
export type Question = { id: string; pipeline: string } & (
  | { kind: 'explain'; input: ExplainInput }
  | { kind: 'compare'; input: CompareInput }
  | { kind: 'adopt'; input: AdoptInput }
);

/** An activity that a run waits for, with what it last said about itself. */
export interface PendingActivity {
  /** The run it belongs to: this one, or one that this one waits for. */
  run: string;
  activity: string;
  attempt: number;
  progress?: ActivityProgress;
  /** Why the attempt before this one failed. */
  lastFailure?: string;
}
export interface WorkflowState {
  state: RunState;
  workflowRunId: string;
  startedAt: string;
  finishedAt?: string;
  pending: PendingActivity[];
  /** Ids of the workflows that it waits for. */
  children: string[];
}
interface WorkflowOutcome {
  state: Exclude<RunState, 'running'>;
  result?: unknown;
  error?: RunError;
}

/** What the API asks of Temporal. Every call ends within its deadline with TEMPORAL_UNAVAILABLE where nobody answers. */
export interface Workflows {
  /** @throws RelevoError RUN_ALREADY_ACTIVE where the id is taken by a run that is active or has succeeded. */
  start(request: RunRequest): Promise<{ workflowRunId: string }>;
  /**
   * Asks and waits for the answer.
   * @throws RelevoError with the workflow's own code, TEMPORAL_UNAVAILABLE where there is no answer in time.
   */
  ask(question: Question): Promise<unknown>;
  /** Undefined where Temporal knows no such run (any more). */
  describe(id: string, workflowRunId?: string): Promise<WorkflowState | undefined>;
  /** What the workflow says of itself; undefined where no worker answers. */
  progress(id: string): Promise<RunProgress | undefined>;
  /** Where a contest stands; undefined where no worker answers. */
  contest(id: string): Promise<ContestView | undefined>;
  /** Steers a running contest. @throws RelevoError CONTEST_NOT_FOUND where none runs, CONTEST_STAGE_WRONG. */
  steer(id: string, action: ContestAction, order: ContestOrder): Promise<ContestView>;
  /** How a run ended; undefined where it has not within the time. */
  outcome(id: string, workflowRunId: string, timeoutMs?: number): Promise<WorkflowOutcome | undefined>;
  cancel(id: string): Promise<void>;
  /** Asked once: who refuses is known to at once. @throws what the connection says */
  ping(timeoutMs: number): Promise<void>;
}

const workflowTypes = {
  ingest: 'ingestWorkflow',
  train: 'trainWorkflow',
  retrain: 'retrainWorkflow',
  monitor: 'monitorWorkflow',
  contest: 'contestWorkflow',
  batch: 'batchWorkflow',
  promote: 'promoteWorkflow',
  rollback: 'rollbackWorkflow',
} as const satisfies Record<RunRequest['kind'], keyof typeof workflows>;

const questionTypes = {
  explain: 'explainWorkflow',
  compare: 'compareWorkflow',
  adopt: 'adoptWorkflow',
} as const satisfies Record<Question['kind'], keyof typeof workflows>;

const pipelineKey = defineSearchAttributeKey(searchAttributes.pipeline, 'KEYWORD');
const kindKey = defineSearchAttributeKey(searchAttributes.kind, 'KEYWORD');

/** Workflows through one client; while Temporal is known to be away, calls fail at once (TEMPORAL_UNAVAILABLE). */
export function createWorkflows(client: Client): Workflows {
  const handle = (id: string, runId?: string): WorkflowHandle => client.workflow.getHandle(id, runId);
  const ping = async (timeoutMs: number): Promise<void> => {
    await client.connection.withDeadline(Date.now() + timeoutMs, () =>
      client.workflowService.getSystemInfo({}),
    );
  };
  const circuit = createCircuit({
    probe: () => ping(limits.silentMs),
    suspicious: (error) => isGrpcServiceError(error) || isGrpcServiceError(causeOf(error)),
  });
  const within = <T>(timeoutMs: number, call: () => Promise<T>): Promise<T> =>
    circuit.run(() => client.connection.withDeadline(Date.now() + timeoutMs, call));
  const asked = async <T>(
    call: () => Promise<T>,
    timeoutMs: number = limits.temporalTimeoutMs,
  ): Promise<T> => {
    try {
      return await within(timeoutMs, call);
    } catch (error) {
      throw isGrpcServiceError(error) || isGrpcServiceError(causeOf(error)) ? unavailable(error) : error;
    }
  };
  const describe = async (id: string, workflowRunId?: string): Promise<WorkflowState | undefined> => {
    try {
      const description = await asked(() => handle(id, workflowRunId).describe());
      // A run that goes on in another execution is where that one is.
      if (workflowRunId !== undefined && description.status.name === 'CONTINUED_AS_NEW')
        return await describe(id);
      return await stateOf(description, client.options.loadedDataConverter);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  };

  return {
    async start({ id, kind, pipeline, input }) {
      try {
        const started = await asked(() =>
          client.workflow.start(workflowTypes[kind], {
            workflowId: id,
            taskQueue: taskQueues.control,
            args: [input],
            workflowIdConflictPolicy: 'FAIL',
            // A version may contend again, when it has lost or when the champion is another.
            workflowIdReusePolicy: kind === 'contest' ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
            typedSearchAttributes: new TypedSearchAttributes([
              { key: pipelineKey, value: pipeline },
              { key: kindKey, value: kind },
            ]),
            staticSummary: `${kind} ${pipeline}, asked for through the API`,
          }),
        );
        return { workflowRunId: started.firstExecutionRunId };
      } catch (error) {
        throw error instanceof WorkflowExecutionAlreadyStartedError ? alreadyActive(id) : error;
      }
    },
    async ask({ id, kind, input }) {
      try {
        return await asked(
          () =>
            client.workflow.execute(questionTypes[kind], {
              workflowId: id,
              taskQueue: taskQueues.control,
              args: [input],
              workflowExecutionTimeout: limits.answerTimeoutMs,
            }),
          limits.answerTimeoutMs,
        );
      } catch (error) {
        if (isGrpcDeadlineError(error) || isGrpcDeadlineError(causeOf(error))) throw unavailable(error);
        if (!(error instanceof WorkflowFailedError)) throw error;
        throw errorOfRun(runErrorOf(error.cause));
      }
    },
    describe,
    async progress(id) {
      try {
        return await asked(() => handle(id).query<RunProgress>('progress'));
      } catch {
        return undefined;
      }
    },
    async contest(id) {
      try {
        return await asked(() => handle(id).query<ContestView>('contest'));
      } catch {
        return undefined;
      }
    },
    async steer(id, action, order) {
      try {
        return await asked(() =>
          handle(id).executeUpdate<ContestView, [ContestOrder]>(action, { args: [order] }),
        );
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) throw noContest(id, error);
        if (error instanceof WorkflowUpdateFailedError) throw errorOfRun(runErrorOf(error.cause));
        throw isGrpcDeadlineError(error) || isGrpcDeadlineError(causeOf(error)) ? unavailable(error) : error;
      }
    },
    async outcome(id, workflowRunId, timeoutMs = limits.temporalTimeoutMs) {
      try {
        const result: unknown = await within(timeoutMs, () => handle(id, workflowRunId).result());
        return { state: 'completed', result };
      } catch (error) {
        if (isGrpcDeadlineError(error) || isGrpcDeadlineError(causeOf(error))) return undefined;
        if (!(error instanceof WorkflowFailedError))
          throw isGrpcServiceError(causeOf(error)) ? unavailable(error) : error;
        const state = (await describe(id, workflowRunId))?.state;
        return {
          state: state === undefined || state === 'running' ? 'failed' : state,
          error: runErrorOf(error.cause),
        };
      }
    },
    async cancel(id) {
      await asked(() => handle(id).cancel());
    },
    ping,
  };
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined);

const unavailable = (cause: unknown): RelevoError =>
  new RelevoError(
    'TEMPORAL_UNAVAILABLE',
    'Temporal does not answer; predictions go on, runs cannot be started or followed until it is back.',
    {},
    { cause },
  );

const noContest = (id: string, cause: unknown): RelevoError =>
  new RelevoError(
    'CONTEST_NOT_FOUND',
    `The contest "${id}" does not run`,
    { field: 'version', value: id, expected: 'a contest under way' },
    { cause },
  );

const alreadyActive = (id: string): RelevoError =>
  new RelevoError('RUN_ALREADY_ACTIVE', `The run "${id}" is already active, or has already succeeded.`, {
    field: 'key',
    value: id,
    expected: 'a key that no active or successful run has',
  });

const states: Partial<Record<WorkflowExecutionDescription['status']['name'], RunState>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed_out',
};

type RawPending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

async function pendingOf(
  activity: RawPending,
  run: string,
  converter: LoadedDataConverter,
): Promise<PendingActivity> {
  const { heartbeatDetails, lastFailure } = activity;
  const [progress, failure] = await Promise.all([
    heartbeatDetails?.payloads?.length
      ? decodeFromPayloadsAtIndex<unknown>(converter, 0, heartbeatDetails.payloads)
      : undefined,
    decodeOptionalFailureToOptionalError(converter, lastFailure),
  ]);
  return {
    run,
    activity: activity.activityType?.name ?? 'activity',
    attempt: activity.attempt ?? 1,
    ...(isProgress(progress) ? { progress } : {}),
    ...(failure?.message ? { lastFailure: failure.message } : {}),
  };
}

async function stateOf(
  description: WorkflowExecutionDescription,
  converter: LoadedDataConverter,
): Promise<WorkflowState> {
  const pending = await Promise.all(
    (description.raw.pendingActivities ?? []).map((activity) =>
      pendingOf(activity, description.workflowId, converter),
    ),
  );
  return {
    state: states[description.status.name] ?? 'running',
    workflowRunId: description.runId,
    startedAt: description.startTime.toISOString(),
    ...(description.closeTime ? { finishedAt: description.closeTime.toISOString() } : {}),
    pending,
    children: (description.raw.pendingChildren ?? []).flatMap(({ workflowId }) => workflowId || []),
  };
}

const isProgress = (value: unknown): value is ActivityProgress =>
  typeof value === 'object' && value !== null && 'phase' in value && 'done' in value;
