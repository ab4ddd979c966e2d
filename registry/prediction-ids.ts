/** Milliseconds since 1970 of a UUID of version 7 (RFC 9562): its first 48 bits. */
export const idTimeMs = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** Ids come in the order of their time, many in one millisecond. */
let lastTimeMs = Number.NaN;
let lastMoment = '';

/** The moment in a prediction's id, which is the prediction's own. */
export function idMoment(id: string): string {
  const timeMs = idTimeMs(id);
  if (timeMs !== lastTimeMs) {
    lastMoment = new Date(timeMs).toISOString();
    lastTimeMs = timeMs;
  }
  return lastMoment;
}
