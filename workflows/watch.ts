import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  condition,
  continueAsNew,
  defineSignal,
  executeChild,
  isCancellation,
  log,
  ParentClosePolicy,
  setHandler,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import { arrivalKey, runId } from '../contracts/ids.ts';
import type { FilesArrived, WatchInput } from '../contracts/runs.ts';
import { typedError } from './failures.ts';
import { ingestWorkflow } from './ingest.ts';
import { tag } from './recorded.ts';

/** New whole files are there; sent with the start of the workflow. */
export const filesArrivedSignal = defineSignal<[FilesArrived]>('filesArrived');

/** How long it waits for more before it ends; the next arrival starts it again. */
const lingerMs = 10_000;
/** Events after which it goes on in a new execution; an arrival makes about ten. */
const longHistory = 1_000;

/**
 * Ingests what arrives in a pipeline's watched folder, one ingest at a time, and ends when nothing comes any more.
 * An ingest takes all files that are whole when it starts, so that of several arrivals only the newest is awaited.
 * Result: how many ingests it started since its last continue-as-new.
 */
export async function watchWorkflow({ spec, waiting = [] }: WatchInput): Promise<{ ingests: number }> {
  tag({ pipeline: spec.name, kind: 'watch' });
  const arrivals = [...waiting];
  setHandler(filesArrivedSignal, (arrived) => void arrivals.push(arrived));
  let ingests = 0;
  while (await condition(() => arrivals.length > 0, lingerMs)) {
    if (workflowInfo().historyLength > longHistory)
      await continueAsNew<typeof watchWorkflow>({ spec, waiting: arrivals });
    const newest = arrivals.splice(0).at(-1);
    if (newest && (await ingestOf(spec, newest))) ingests++;
  }
  return { ingests };
}

/** False where these files, in this state, were ingested before. What an ingest fails of stands in the book of runs. */
async function ingestOf(spec: WatchInput['spec'], { state }: FilesArrived): Promise<boolean> {
  const workflowId = runId('ingest', spec.name, arrivalKey(state));
  try {
    await executeChild(ingestWorkflow, {
      workflowId,
      args: [{ spec }],
      staticSummary: `Ingest of ${spec.name}, files arrived`,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    if (isCancellation(error)) throw error;
    log.warn('The ingest of arrived files failed', { workflowId, code: typedError(error).code });
  }
  return true;
}
