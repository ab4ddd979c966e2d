import { defineSearchAttributeKey } from '@temporalio/common';
import {
  CancellationScope,
  ContinueAsNew,
  isCancellation,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { RunKind } from '../contracts/ids.ts';
import { searchAttributes } from '../temporal.config.ts';
import { fail, typedError } from './failures.ts';
import { light } from './proxies.ts';

/** Tags this execution, so that it is found by pipeline, kind and model version. */
export function tag(values: Partial<Record<keyof typeof searchAttributes, string>>): void {
  const names = Object.keys(values) as (keyof typeof searchAttributes)[];
  upsertSearchAttributes(
    names.map((name) => ({
      key: defineSearchAttributeKey(searchAttributes[name], 'KEYWORD'),
      value: values[name] ?? null,
    })),
  );
}

/**
 * Runs `work` between two lines in the registry's book of runs: that it started, and how it ended.
 * A cancelled run says so; a failed one keeps its typed error, and fails with it. A run that goes on in a new
 * execution (continue-as-new) is one run in the book, under the id of its first.
 */
export async function recorded<R>(
  run: { kind: RunKind; pipeline: string; input: unknown },
  work: () => Promise<R>,
): Promise<R> {
  tag({ pipeline: run.pipeline, kind: run.kind });
  const workflowRunId = workflowInfo().firstExecutionRunId;
  try {
    await light.startRun({ ...run, workflowRunId });
    const result = await work();
    await CancellationScope.nonCancellable(() =>
      light.finishRun({ state: 'completed', result, workflowRunId }),
    );
    return result;
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    const cancelled = isCancellation(error);
    const known = cancelled
      ? { code: 'CANCELLED' as const, message: 'The run was cancelled', details: {} }
      : typedError(error);
    // Where even this cannot be written, the run still ends with its own error, not with that of the book.
    await CancellationScope.nonCancellable(() =>
      light.finishRun({ state: cancelled ? 'cancelled' : 'failed', error: known, workflowRunId }),
    ).catch(() => undefined);
    throw cancelled ? error : fail(known, error);
  }
}
