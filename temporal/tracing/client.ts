import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { Headers } from '@temporalio/common';
import type { Tracing } from '../../telemetry/tracing.ts';
import { withTrace } from './headers.ts';

/** Starts, signals and updates go out with the place in the trace that they were asked for at, each a span. */
export function tracedClient(tracing: Tracing): WorkflowClientInterceptor {
  const within = <I extends { headers: Headers }, O>(
    name: string,
    input: I,
    next: (input: I) => Promise<O>,
  ) =>
    tracing.within({ name, kind: 'client' }, ({ place }) =>
      next({ ...input, headers: withTrace(input.headers, place) }),
    );
  return {
    startWithDetails: (input, next) => within(`StartWorkflow:${input.workflowType}`, input, next),
    signal: (input, next) => within(`SignalWorkflow:${input.signalName}`, input, next),
    signalWithStart: (input, next) => within(`SignalWithStartWorkflow:${input.workflowType}`, input, next),
    startUpdate: (input, next) => within(`UpdateWorkflow:${input.updateName}`, input, next),
  };
}
