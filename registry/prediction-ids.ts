import { createHash } from 'node:crypto';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** The part of a UUID of version 7 (RFC 9562) that is its moment. */
export function idHead(timeMs: number): string {
  const digits = hex(timeMs, 12);
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7`;
}

/**
 * The part that tells ids of one millisecond apart: 26 bits of a number, 12 beside the version and 14 beside the
 * variant, and `node`, 48 bits in hex.
 */
export const idTail = (count: number, node: string): string =>
  `${hex((count >>> 14) & 0xfff, 3)}-${hex(0x8000 | (count & 0x3fff), 4)}-${node}`;

/**
 * Makes the ids of a batch's rows by their numbers, below 2^26: the same name, moment and number are the same id,
 * others another but for the chance of 48 bits.
 */
export function batchIds(name: string, timeMs: number): (row: number) => string {
  const head = idHead(timeMs);
  const node = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return (row) => head + idTail(row, node);
}

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
