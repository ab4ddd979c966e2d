import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { millisToHrTime } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import packageJson from '../package.json' with { type: 'json' };
import type { Place } from './traceparent.ts';
import type { FinishedSpan, RunningSpan, SpanAttributes, SpanOptions, Tracing } from './tracing.ts';

/** Spans that wait for the receiver; what comes beyond is dropped, never waited for. */
const maxQueueSize = 4_096;
const sendEveryMs = 1_000;
const sendTimeoutMs = 5_000;
/** An error's message is noted up to here. */
const longestMessage = 500;

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;
const scope = { name: 'relevo', version: packageJson.version };

/** @param endpoint base URL of an OTLP receiver; the exporter itself reads the other OTEL_EXPORTER_OTLP_* settings. */
export function createTracing(service: string, endpoint: string): Tracing {
  const resource = resourceFromAttributes({
    'service.name': `relevo-${service}`,
    'service.version': packageJson.version,
  });
  const processor = new BatchSpanProcessor(
    new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis: sendTimeoutMs }),
    { maxQueueSize, scheduledDelayMillis: sendEveryMs, exportTimeoutMillis: sendTimeoutMs },
  );
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
  const tracer = provider.getTracer(scope.name, scope.version);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

  return {
    within({ name, kind, parent, attributes = {} }: SpanOptions, work) {
      const above = parent === undefined ? context.active() : contextOf(parent);
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes: present(attributes) }, above);
      return context.with(trace.setSpan(above, span), async () => {
        try {
          return await work(runningSpan(span));
        } catch (error) {
          fail(span, error instanceof Error ? error.message : String(error));
          throw error;
        } finally {
          span.end();
        }
      });
    },
    record: (span) => processor.onEnd(readable(span, resource)),
    current() {
      const spanContext = trace.getSpanContext(context.active());
      return spanContext && placeOf(spanContext);
    },
    async close() {
      await provider.shutdown();
      context.disable();
    },
  };
}

const placeOf = ({ traceId, spanId, traceFlags }: SpanContext): Place => ({
  ...{ traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 },
});
const spanContextOf = ({ traceId, spanId, sampled }: Place): SpanContext => ({
  ...{ traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true },
});
const contextOf = (place: Place): Context => trace.setSpanContext(ROOT_CONTEXT, spanContextOf(place));

const present = (attributes: SpanAttributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

const fail = (span: Span, message: string): void => {
  span.setStatus({ code: SpanStatusCode.ERROR, message: message.slice(0, longestMessage) });
};

const runningSpan = (span: Span): RunningSpan => ({
  place: placeOf(span.spanContext()),
  rename: (name) => void span.updateName(name),
  set: (attributes) => void span.setAttributes(present(attributes)),
  fail: (message) => fail(span, message),
});

/** A span as the processor takes it from the SDK, with ids that it could not be told. */
function readable(span: FinishedSpan, resource: ReturnType<typeof resourceFromAttributes>) {
  const { traceparent, parentSpanId, startedAtMs, endedAtMs, failure } = span;
  const spanContext = spanContextOf(traceparent);
  return {
    name: span.name,
    kind: SpanKind.INTERNAL,
    spanContext: () => spanContext,
    ...(parentSpanId !== undefined && { parentSpanContext: { ...spanContext, spanId: parentSpanId } }),
    startTime: millisToHrTime(startedAtMs),
    endTime: millisToHrTime(endedAtMs),
    duration: millisToHrTime(endedAtMs - startedAtMs),
    status:
      failure === undefined
        ? { code: SpanStatusCode.UNSET }
        : { code: SpanStatusCode.ERROR, message: failure.slice(0, longestMessage) },
    attributes: present(span.attributes),
    ...{ links: [], events: [], ended: true, resource, instrumentationScope: scope },
    ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
  };
}
