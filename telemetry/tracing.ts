import type { Environment } from '../contracts/env.ts';
import type { Place } from './traceparent.ts';

export type SpanAttributes = Record<string, string | number | boolean | undefined>;

export interface SpanOptions {
  name: string;
  kind: 'server' | 'client';
  /** What it belongs to: the span that surrounds the call where absent. */
  parent?: Place;
  attributes?: SpanAttributes;
}
export interface RunningSpan {
  place: Place;
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** Says that the work failed though nothing was thrown. */
  fail(message: string): void;
}
/** A span whose ids and times somebody else has made. Moments are milliseconds since 1970. */
export interface FinishedSpan {
  traceparent: Place;
  parentSpanId: string | undefined;
  name: string;
  startedAtMs: number;
  endedAtMs: number;
  failure: string | undefined;
  attributes: SpanAttributes;
}

/** Where a process tells what it does and how long it takes. */
export interface Tracing {
  /** Runs the work as a span; spans begun within belong to it. What it throws is noted and thrown on. */
  within<T>(options: SpanOptions, work: (span: RunningSpan) => Promise<T>): Promise<T>;
  record(span: FinishedSpan): void;
  /** The span that surrounds the caller. */
  current(): Place | undefined;
  /** Sends what has not been sent. */
  close(): Promise<void>;
}

/**
 * Traces to the OTLP receiver of the settings; undefined, and not a module of OpenTelemetry loaded, where none is set.
 * Nothing is patched: only what asks for a span has one.
 */
export async function openTracing(
  service: string,
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: Pick<Environment, 'OTEL_EXPORTER_OTLP_ENDPOINT'>,
): Promise<Tracing | undefined> {
  if (endpoint === undefined) return undefined;
  const { createTracing } = await import('./open-telemetry.ts');
  return createTracing(service, endpoint);
}
