import { randomBytes } from 'node:crypto';
import { idHead, idTail } from '../../registry/prediction-ids.ts';

/**
 * Makes UUIDs of version 7 (RFC 9562, method 1: a counter within the millisecond) for one process: unique
 * across processes by 48 random bits, ascending within one, without a system call for each.
 */
export function createIdMaker(now: () => number = Date.now): () => string {
  const node = randomBytes(6).toString('hex');
  let millisecond = -1;
  let counter = 0;
  let head = '';
  return () => {
    const current = now();
    // A clock that is set back goes on counting in the newest millisecond seen.
    if (current > millisecond) {
      millisecond = current;
      counter = 0;
      head = idHead(current);
    }
    return head + idTail(counter++, node);
  };
}
