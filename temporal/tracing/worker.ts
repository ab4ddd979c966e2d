import { fileURLToPath } from 'node:url';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import type { Tracing } from '../../telemetry/tracing.ts';
import { traceOf } from './headers.ts';
import type { TracingSinks } from './workflow.ts';

/** The module that a bundle needs for its runs to be traced. */
export const tracedWorkflowModule = fileURLToPath(new URL('workflow.ts', import.meta.url));

/** Each attempt of an activity is a span below its run. */
export const tracedActivities =
  (tracing: Tracing): ActivityInterceptorsFactory =>
  ({ info }) => ({
    inbound: {
      execute: (input, next) => {
        const attributes = {
          'temporal.workflow_id': info.workflowExecution?.workflowId,
          'temporal.run_id': info.workflowExecution?.runId,
          'temporal.attempt': info.attempt,
        };
        const parent = traceOf(input.headers);
        const span = {
          name: `RunActivity:${info.activityType}`,
          kind: 'server',
          parent,
          attributes,
        } as const;
        return tracing.within(span, () => next(input));
      },
    },
  });

/** Runs tell here that they have ended. A run that two workers replay may tell it twice, under the same span id. */
export const tracingSinks = (tracing: Tracing): InjectedSinks<TracingSinks> => ({
  tracing: {
    ended: {
      fn: ({ workflowId, workflowType, runId }, run) =>
        tracing.record({
          ...run,
          name: `RunWorkflow:${workflowType}`,
          attributes: { 'temporal.workflow_id': workflowId, 'temporal.run_id': runId },
        }),
      callDuringReplay: false,
    },
  },
});
