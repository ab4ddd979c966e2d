import type { LogPolicy } from '../../../contracts/predictions.ts';
import { encodePredictions } from '../../../registry/prediction-batches.ts';
import type { PredictionBatch } from '../../../registry/types.ts';
import { batchRows, type LogEntry, predictionsOf } from './entry.ts';

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
  return {
    get rows() {
      return rows;
    },
    push(entry: LogEntry): void {
      entries.push(entry);
      rows += entry.ids.length;
    },
    take(most: number): Slice[] {
      const slices: Slice[] = [];
      let wanted = Math.min(most, rows);
      rows -= wanted;
      let done = 0;
      while (wanted > 0) {
        const entry = entries[done];
        const to = Math.min(entry.ids.length, offset + wanted);
        slices.push({ entry, from: offset, to });
        wanted -= to - offset;
        offset = to === entry.ids.length ? 0 : to;
        if (offset === 0) done++;
      }
      entries = entries.slice(done);
      return slices;
    },
  };
}

/** The next rows of a queue, a batch's worth at most, in the form that the log takes. Needs at least one row. */
export const takeBatch = (
  queue: ReturnType<typeof createQueue>,
  policyOf: (pipeline: string) => LogPolicy,
): PredictionBatch =>
  encodePredictions(
    queue
      .take(batchRows)
      .flatMap(({ entry, from, to }) => predictionsOf(entry, policyOf(entry.pipeline), from, to)),
  );

/** Batches in their order. */
export function createReady() {
  const batches: PredictionBatch[] = [];
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    push(batch: PredictionBatch): void {
      batches.push(batch);
      rows += batch.rows;
    },
    take(): PredictionBatch | undefined {
      const batch = batches.shift();
      rows -= batch?.rows ?? 0;
      return batch;
    },
  };
}
