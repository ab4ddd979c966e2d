import type { LogPolicy } from '../../../contracts/predictions.ts';
import type { PredictionBatch } from '../../../registry/types.ts';
import { batchBytes, batchRows, type LogEntry } from './entry.ts';
import { createQueue, takeBatch } from './queue.ts';

/** Few enough to be encoded within a fraction of a millisecond; slices of single rows make whole batches. */
const sliceRows = 20;

/**
 * Entries in their order, most of them in the log's form before they are taken: rows are encoded a few at a time as they
 * come. All at once they would hold requests up for longer than those take, and as objects they would live long enough
 * for every collection of garbage to copy them.
 */
export function createEncodedQueue(policyOf: (pipeline: string) => LogPolicy) {
  const queue = createQueue();
  const slices: PredictionBatch[] = [];
  let slicedRows = 0;
  let slicedBytes = 0;
  const encode = (): void => {
    const slice = takeBatch(queue, policyOf, sliceRows);
    slices.push(slice);
    slicedRows += slice.rows;
    slicedBytes += slice.data.byteLength;
  };
  return {
    get rows() {
      return queue.rows + slicedRows;
    },
    /** About what is held. */
    get bytes() {
      return queue.bytes + slicedBytes;
    },
    push(entry: LogEntry): void {
      queue.push(entry);
      if (queue.rows >= sliceRows) encode();
    },
    /** The next rows, a batch's worth at most. Needs at least one row. */
    take(): PredictionBatch {
      if (slices.length === 0) return takeBatch(queue, policyOf);
      if (queue.rows > 0 && queue.rows < sliceRows) encode();
      const taken = slices.splice(0, fitting(slices));
      const batch = joined(taken);
      slicedRows -= batch.rows;
      slicedBytes -= batch.data.byteLength;
      return batch;
    },
  };
}

/** How many of the first slices make a batch together; at least one. */
function fitting(slices: readonly PredictionBatch[]): number {
  let [rows, bytes, count] = [0, 0, 0];
  for (const { rows: more, data } of slices) {
    rows += more;
    bytes += data.byteLength;
    if (count > 0 && (rows > batchRows || bytes > batchBytes)) break;
    count++;
  }
  return count;
}

const joined = (batches: readonly PredictionBatch[]): PredictionBatch => ({
  data: Buffer.concat(batches.map(({ data }) => data)),
  rows: batches.reduce((rows, batch) => rows + batch.rows, 0),
  first: batches[0].first,
  last: batches[batches.length - 1].last,
});
