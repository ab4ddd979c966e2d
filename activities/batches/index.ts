import type { ArtifactStore } from '../../contracts/artifacts.ts';
import type { BatchInput, BatchResult, ChunkResult, StagedRows } from '../../contracts/batch.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import type { DatasetRegistry, ModelRegistry, PredictionRegistry } from '../../registry/types.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { withScratch } from '../scratch.ts';
import { collectResults } from './collect.ts';
import { predictChunk } from './predict.ts';
import { stageRows } from './stage.ts';

export interface BatchDeps {
  artifacts: ArtifactStore;
  registry: {
    models: Pick<ModelRegistry, 'get'>;
    datasets: Pick<DatasetRegistry, 'get' | 'latest'>;
    predictions: Pick<PredictionRegistry, 'copy'>;
  };
  scratchDir: string;
}

/** Steps of a batch: each leaves its result in the artifact store and may run twice. */
export const createBatchActivities = (deps: BatchDeps) => ({
  /** Divides the rows into Parquet files of texts, as many as fit a batch's bounds. */
  async stageRows(batch: BatchInput): Promise<StagedRows> {
    return await withHeartbeat('divide', (pulse) =>
      withScratch(deps.scratchDir, (folder) => stageRows(deps, batch, folder, pulse)),
    );
  },

  /** Answers one chunk: a line per row, with the answer or why there is none, and a row of the prediction log for each answer. */
  async predictChunk(input: { batch: BatchInput; plan: ArtifactRef; index: number }): Promise<ChunkResult> {
    return await withHeartbeat('predict', (pulse) =>
      withScratch(deps.scratchDir, (folder) => predictChunk(deps, input, folder, pulse)),
    );
  },

  /** Puts the chunks' results together, in order. */
  async collectResults(input: { batch: BatchInput; chunks: ChunkResult[] }): Promise<BatchResult> {
    return await withHeartbeat('collect', (pulse) =>
      withScratch(deps.scratchDir, (folder) => collectResults(deps, input, folder, pulse)),
    );
  },
});
