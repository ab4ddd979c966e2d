/**
 * Joins a run to the trace of who started it, and its activities and children to the run. It is part of the bundle only
 * where traces are on. Ids are made from the run's own id: no random number is drawn, so nothing differs in a replay.
 */
import {
  ContinueAsNew,
  proxySinks,
  type Sinks,
  TemporalFailure,
  type WorkflowInterceptorsFactory,
  workflowInfo,
} from '@temporalio/workflow';
import type { Place } from '../../telemetry/traceparent.ts';
import { traceOf, withTrace } from './headers.ts';

/** A run that has ended, as its span needs it. Moments are milliseconds since 1970. */
export interface EndedRun {
  traceparent: Place;
  /** Span of who started it; absent where the run begins its trace. */
  parentSpanId: string | undefined;
  startedAtMs: number;
  endedAtMs: number;
  /** The message of its failure. */
  failure: string | undefined;
}
export interface TracingSinks extends Sinks {
  tracing: { ended(run: EndedRun): void };
}

const { tracing } = proxySinks<TracingSinks>();

/** A run's id has 32 hex digits: they are its trace where nobody began one, and their second half is its span. */
function placeOf(parent: Place | undefined): Place {
  const digits = workflowInfo().runId.replaceAll('-', '');
  return {
    traceId: parent?.traceId ?? digits,
    spanId: digits.slice(16),
    sampled: parent?.sampled ?? true,
  };
}

export const interceptors: WorkflowInterceptorsFactory = () => {
  let place: Place | undefined;
  const traced = <I extends { headers: Parameters<typeof withTrace>[0] }>(input: I): I =>
    place === undefined ? input : { ...input, headers: withTrace(input.headers, place) };
  return {
    inbound: [
      {
        async execute(input, next) {
          const parent = traceOf(input.headers);
          const traceparent = placeOf(parent);
          place = traceparent;
          const startedAtMs = Date.now();
          const ended = (failure?: string): void =>
            tracing.ended({
              ...{ traceparent, parentSpanId: parent?.spanId, startedAtMs, endedAtMs: Date.now(), failure },
            });
          try {
            const result = await next(input);
            ended();
            return result;
          } catch (error) {
            // Anything else fails the workflow's task, which is tried again: the run has not ended.
            if (error instanceof ContinueAsNew) ended();
            else if (error instanceof TemporalFailure) ended(error.message);
            throw error;
          }
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(traced(input)),
        scheduleLocalActivity: (input, next) => next(traced(input)),
        startChildWorkflowExecution: (input, next) => next(traced(input)),
        continueAsNew: (input, next) => next(traced(input)),
      },
    ],
  };
};
