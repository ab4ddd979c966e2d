/** Milliseconds since 1970 of a UUID of version 7 (RFC 9562): its first 48 bits. */
export const idTimeMs = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

const farthestMs = Date.UTC(9999, 11, 31);

/** The same as a date that PostgreSQL can read: of an id that no clock has made, one on which nothing was asked. */
export const idDate = (id: string): Date => new Date(Math.min(idTimeMs(id), farthestMs));

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
