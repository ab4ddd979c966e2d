import type { LogPolicy } from '../../../contracts/predictions.ts';
import type { PredictionBatch } from '../../../registry/types.ts';
import { batchBytes, batchRows, type LogEntry } from './entry.ts';
import { createQueue, createReady, takeBatch } from './queue.ts';

/** Few enough to be encoded within a fraction of a millisecond; slices of single rows make whole batches. */
const sliceRows = 20;

/**
 * Entries in their order, most of them in the log's form before they are taken: rows are encoded a few at a time as they
 * come. All at once they would hold requests up for longer than those take, and as objects they would live long enough
 * for every collection of garbage to copy them.
 */
export function createEncodedQueue(policyOf: (pipeline: string) => LogPolicy) {
  const queue = createQueue();
  const slices = createReady();
  const encode = (): void => slices.push(takeBatch(queue, policyOf, sliceRows));
  return {
    get rows() {
      return queue.rows + slices.rows;
    },
    /** About what is held. */
    get bytes() {
      return queue.bytes + slices.bytes;
    },
    push(entry: LogEntry): void {
      queue.push(entry);
      if (queue.rows >= sliceRows) encode();
    },
    /** The next rows, a batch's worth at most. Needs at least one row. */
    take(): PredictionBatch {
      if (slices.next === undefined) return takeBatch(queue, policyOf);
      if (queue.rows > 0 && queue.rows < sliceRows) encode();
      return joined(takeFitting(slices));
    },
  };
}

/** The first slices that make a batch together; at least one. */
function takeFitting(slices: ReturnType<typeof createReady>): PredictionBatch[] {
  const taken: PredictionBatch[] = [];
  let [rows, bytes] = [0, 0];
  for (let next = slices.next; next !== undefined; next = slices.next) {
    rows += next.rows;
    bytes += next.data.byteLength;
    if (taken.length > 0 && (rows > batchRows || bytes > batchBytes)) break;
    taken.push(next);
    slices.take();
  }
  return taken;
}

const joined = (batches: readonly PredictionBatch[]): PredictionBatch => ({
  data: Buffer.concat(batches.map(({ data }) => data)),
  rows: batches.reduce((rows, batch) => rows + batch.rows, 0),
  first: batches[0].first,
  last: batches[batches.length - 1].last,
});
