import { CancellationScope } from '@temporalio/workflow';
import type { BatchInput, BatchResult, ChunkResult, StagedRows } from '../contracts/batch.ts';
import { count } from './labels.ts';
import { type LogBook, openLogBook } from './log-book.ts';
import { compute, summed } from './proxies.ts';
import { recorded, tag } from './recorded.ts';

/** Chunks of one batch that are worked on at once. */
const lanes = 4;

/** Predicts many rows by one version: divided, answered chunk by chunk, put together in their order. */
export async function batchWorkflow(input: BatchInput): Promise<BatchResult> {
  const { pipeline, modelVersion } = input;
  return await recorded({ kind: 'batch', pipeline, input }, async () => {
    tag({ modelVersion });
    const book = openLogBook(`Batch of ${pipeline} by ${modelVersion}`, ['divide', 'predict', 'collect']);
    const staged = await book.step(
      'divide',
      () => summed(compute.stageRows, 'divide the rows', input),
      ({ rows, chunks }) => `${count(rows)} rows in ${chunks}`,
    );
    const chunks = await book.step(
      'predict',
      () => predictChunks(book, input, staged),
      (done) => `${count(done.reduce((sum, { refused }) => sum + refused, 0))} refused`,
    );
    return await book.step('collect', () =>
      summed(compute.collectResults, `${chunks.length} files`, { batch: input, chunks }),
    );
  });
}

/** A few chunks at a time; the first that cannot be predicted ends the others. */
async function predictChunks(
  book: LogBook,
  batch: BatchInput,
  { plan, chunks, rows }: StagedRows,
): Promise<ChunkResult[]> {
  const results: ChunkResult[] = new Array(chunks);
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < chunks) {
      const index = next++;
      const summary = `chunk ${index + 1} of ${chunks}`;
      results[index] = await summed(compute.predictChunk, summary, { batch, plan, index });
      done += results[index].rows;
      book.note('predict', `${count(done)} of ${count(rows)} rows`, done / rows);
    }
  };
  const scope = new CancellationScope();
  return await scope.run(async () => {
    try {
      await Promise.all(Array.from({ length: Math.min(lanes, chunks) }, lane));
    } catch (error) {
      scope.cancel();
      throw error;
    }
    return results;
  });
}
