import { join } from 'node:path';
import { z } from 'zod';
import type { BatchInput, ChunkResult } from '../../contracts/batch.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import { artifactRefSchema } from '../../contracts/refs.ts';
import { openDuckDb } from '../../data/duckdb.ts';
import { openModel } from '../../inference/session.ts';
import type { Pulse } from '../heartbeat.ts';
import { readJson } from '../json.ts';
import type { BatchDeps } from './index.ts';
import { chunkFormat, writeLines } from './lines.ts';
import { type ChunkRows, readChunk } from './rows.ts';

const planSchema = z.object({ rowsPerChunk: z.number().int(), chunks: z.array(artifactRefSchema) });

export async function predictChunk(
  { artifacts, registry }: BatchDeps,
  { batch, plan, index }: { batch: BatchInput; plan: ArtifactRef; index: number },
  folder: string,
  { signal, report }: Pulse,
): Promise<ChunkResult> {
  const version = await registry.models.get(batch.pipeline, batch.modelVersion);
  const { rowsPerChunk, chunks } = planSchema.parse(await readJson(artifacts, plan));
  const db = await openDuckDb({ tempDir: folder, signal });
  let chunk: ChunkRows;
  try {
    chunk = await readChunk(db, await artifacts.localPath(chunks[index]), version.spec);
  } finally {
    db.close();
  }
  report({ phase: 'predict', done: 0, total: chunk.rows });
  const model = await openModel(await artifacts.localPath(version.onnx));
  try {
    const answers = await model.answer(chunk.columns, chunk.rows);
    const path = join(folder, 'results');
    const format = chunkFormat(batch.results);
    const refused = await writeLines(path, format, version.spec, {
      chunk,
      answers,
      firstRow: index * rowsPerChunk,
      signal,
    });
    const about = { name: `results-${index}.${format}`, mediaType: 'application/octet-stream' };
    return { file: await artifacts.putFile(path, about), rows: chunk.rows, refused };
  } finally {
    await model.release();
  }
}
