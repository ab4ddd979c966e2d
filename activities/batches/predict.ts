import { join } from 'node:path';
import { z } from 'zod';
import type { BatchInput, ChunkResult } from '../../contracts/batch.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import { artifactRefSchema } from '../../contracts/refs.ts';
import { openDuckDb } from '../../data/duckdb.ts';
import { type ModelAnswer, openModel } from '../../inference/session.ts';
import type { Pulse } from '../heartbeat.ts';
import { readJson } from '../json.ts';
import { answeredRows } from './answered.ts';
import type { BatchDeps } from './index.ts';
import { chunkFormat, writeLines } from './lines.ts';
import { logAnswers } from './log.ts';
import { type ChunkRows, readChunk } from './rows.ts';

const planSchema = z.object({ rowsPerChunk: z.number().int(), chunks: z.array(artifactRefSchema) });

export async function predictChunk(
  { artifacts, registry }: BatchDeps,
  { batch, plan, index }: { batch: BatchInput; plan: ArtifactRef; index: number },
  folder: string,
  { signal, report }: Pulse,
): Promise<ChunkResult> {
  const startedMs = performance.now();
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
  let answers: ModelAnswer;
  try {
    answers = await model.answer(chunk.columns, chunk.rows);
  } finally {
    await model.release();
  }
  const latencyUs = 1_000 * (performance.now() - startedMs);
  const { spec } = version;
  const answered = answeredRows(chunk, answers);
  const answeredChunk = { spec, chunk, answers, answered, firstRow: index * rowsPerChunk };
  const path = join(folder, 'results');
  await writeLines(path, batch, answeredChunk, signal);
  const { log } = batch;
  if (log !== undefined)
    await logAnswers(registry.predictions, batch, log, answeredChunk, { latencyUs, signal, report });
  const about = {
    name: `results-${index}.${chunkFormat(batch.results)}`,
    mediaType: 'application/octet-stream',
  };
  const refused = answered.reduce((count, isAnswered) => count - isAnswered, chunk.rows);
  return { file: await artifacts.putFile(path, about), rows: chunk.rows, refused };
}
