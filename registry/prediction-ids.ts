/** Milliseconds since 1970 of a UUID of version 7 (RFC 9562): its first 48 bits. */
export const idTimeMs = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** The moment in a prediction's id, which is the prediction's own. */
export const idMoment = (id: string): string => new Date(idTimeMs(id)).toISOString();
