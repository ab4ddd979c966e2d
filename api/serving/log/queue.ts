import type { LogPolicy } from '../../../contracts/predictions.ts';
import { encodePredictions } from '../../../registry/prediction-batches.ts';
import type { PredictionBatch } from '../../../registry/types.ts';
import { batchBytes, batchRows, type LogEntry, predictionsOf } from './entry.ts';

/** Rows of an entry, from `from` up to `to`. */
export interface Slice {
  entry: LogEntry;
  from: number;
  to: number;
}

/** Entries in their order, taken out by rows: a long one in several pieces. */
export function createQueue() {
  let entries: LogEntry[] = [];
  /** Rows of the first entry that were taken already. */
  let offset = 0;
  let rows = 0;
  let bytes = 0;
  return {
    get rows() {
      return rows;
    },
    /** About what is held: an entry is, as a whole, until its last row is taken. */
    get bytes() {
      return bytes;
    },
    push(entry: LogEntry): void {
      entries.push(entry);
      rows += entry.ids.length;
      bytes += entry.bytes;
    },
    /** Takes rows until there are so many or they are so large, but at least one. */
    take(mostRows: number, mostBytes: number): Slice[] {
      const slices: Slice[] = [];
      let [takenRows, takenBytes, done] = [0, 0, 0];
      while (done < entries.length && takenRows < mostRows && takenBytes < mostBytes) {
        const entry = entries[done];
        const left = entry.ids.length - offset;
        const rowBytes = entry.bytes / Math.max(1, entry.ids.length);
        const fitting = Math.max(1, Math.floor((mostBytes - takenBytes) / rowBytes));
        const count = Math.min(left, mostRows - takenRows, fitting);
        slices.push({ entry, from: offset, to: offset + count });
        takenRows += count;
        takenBytes += count * rowBytes;
        offset = count === left ? 0 : offset + count;
        if (offset > 0) continue;
        bytes -= entry.bytes;
        done++;
      }
      rows -= takenRows;
      entries = entries.slice(done);
      return slices;
    },
  };
}

/** The next rows of a queue, a batch's worth at most, in the form that the log takes. Needs at least one row. */
export const takeBatch = (
  queue: ReturnType<typeof createQueue>,
  policyOf: (pipeline: string) => LogPolicy,
  mostRows = batchRows,
): PredictionBatch =>
  encodePredictions(
    queue
      .take(mostRows, batchBytes)
      .flatMap(({ entry, from, to }) => predictionsOf(entry, policyOf(entry.pipeline), from, to)),
  );

/** Batches in their order. */
export function createReady() {
  const batches: PredictionBatch[] = [];
  let rows = 0;
  let bytes = 0;
  return {
    get rows() {
      return rows;
    },
    get bytes() {
      return bytes;
    },
    /** What `take` would give. */
    get next(): PredictionBatch | undefined {
      return batches[0];
    },
    push(batch: PredictionBatch): void {
      batches.push(batch);
      rows += batch.rows;
      bytes += batch.data.byteLength;
    },
    take(): PredictionBatch | undefined {
      const batch = batches.shift();
      rows -= batch?.rows ?? 0;
      bytes -= batch?.data.byteLength ?? 0;
      return batch;
    },
  };
}
