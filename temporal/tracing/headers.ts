/** Free of Node: workflows import it. */
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { type Place, parseTraceparent, traceparentOf } from '../../telemetry/traceparent.ts';

/** The header under which Temporal's own interceptors keep it, so that workers in other languages join the trace. */
const headerName = '_tracer-data';

/** The headers with the place in the trace that the callee goes on from. */
export const withTrace = (headers: Headers, place: Place): Headers => ({
  ...headers,
  [headerName]: defaultPayloadConverter.toPayload({ traceparent: traceparentOf(place) }),
});

/** The place that the caller was at; undefined where it was not traced. */
export function traceOf(headers: Headers): Place | undefined {
  const payload = headers[headerName];
  if (!payload) return undefined;
  const carrier = defaultPayloadConverter.fromPayload<{ traceparent?: unknown } | null>(payload);
  return parseTraceparent(carrier?.traceparent);
}
