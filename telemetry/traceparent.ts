/** Free of Node: workflows import it. */

/** A place in a trace: W3C trace id (32 hex digits), span id (16) and whether it is recorded. */
export interface Place {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

const pattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** @param text of a W3C `traceparent` header; undefined where it is none. */
export function parseTraceparent(text: unknown): Place | undefined {
  const [, traceId, spanId, flags] = (typeof text === 'string' && pattern.exec(text)) || [];
  if (traceId === undefined) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`, the last `00` where it is not recorded. */
export const traceparentOf = ({ traceId, spanId, sampled }: Place): string =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
