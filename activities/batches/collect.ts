import { join } from 'node:path';
import {
  type BatchInput,
  type BatchResult,
  batchMediaTypes,
  type ChunkResult,
} from '../../contracts/batch.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import { openDuckDb, pathList, quoteText } from '../../data/duckdb.ts';
import type { Pulse } from '../heartbeat.ts';
import { putJson } from '../json.ts';
import type { BatchDeps } from './index.ts';
import { headOf, resultColumns } from './lines.ts';

export async function collectResults(
  deps: BatchDeps,
  { batch, chunks }: { batch: BatchInput; chunks: ChunkResult[] },
  folder: string,
  { signal }: Pulse,
): Promise<BatchResult> {
  const { spec, version } = await deps.registry.models.get(batch.pipeline, batch.modelVersion);
  const written = chunks.map(({ file }) => file);
  const files =
    batch.results === 'parquet' ? [await parquetOf(deps, written, batch, spec, folder, signal)] : written;
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rows, 0);
  const refused = chunks.reduce((sum, chunk) => sum + chunk.refused, 0);
  return {
    modelVersion: version,
    ...{ rows, refused, answered: rows - refused },
    format: batch.results,
    files: await putJson(deps.artifacts, 'results.json', { head: headOf(batch, spec), files }),
  };
}

/** One Parquet file of all chunks' lines, in order. */
async function parquetOf(
  { artifacts }: BatchDeps,
  files: readonly ArtifactRef[],
  batch: BatchInput,
  spec: PipelineSpec,
  folder: string,
  signal: AbortSignal,
): Promise<ArtifactRef> {
  const paths = await Promise.all(files.map((file) => artifacts.localPath(file)));
  const columns = Object.entries(resultColumns(batch, spec)).map(
    ([name, type]) => `${quoteText(name)}: '${type}'`,
  );
  const path = join(folder, 'results.parquet');
  const db = await openDuckDb({ tempDir: folder, memoryLimitMb: 1024, signal });
  try {
    await db.run(
      `COPY (SELECT * FROM read_json(${pathList(paths)}, format = 'newline_delimited', columns = {${columns.join(', ')}})
       ORDER BY row) TO ${quoteText(path)} (FORMAT parquet)`,
    );
  } finally {
    db.close();
  }
  return await artifacts.putFile(path, { name: 'results.parquet', mediaType: batchMediaTypes.parquet });
}
