import { join } from 'node:path';
import { z } from 'zod';
import type { BatchInput, ChunkResult } from '../../contracts/batch.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import { artifactRefSchema } from '../../contracts/refs.ts';
import { openDuckDb } from '../../data/duckdb.ts';
import type { ForecastMoment } from '../../inference/forecast/request.ts';
import { parseHistoryTail } from '../../inference/history.ts';
import { type ModelAnswer, openModel } from '../../inference/session.ts';
import type { Pulse } from '../heartbeat.ts';
import { readJson } from '../json.ts';
import { answeredRows } from './answered.ts';
import { forecastPipeline, lookUpHistory } from './forecast.ts';
import type { BatchDeps } from './index.ts';
import { chunkFormat, writeLines } from './lines.ts';
import { logAnswers } from './log.ts';
import { type ChunkRows, readChunk } from './rows.ts';

const planSchema = z.object({
  rowsPerChunk: z.number().int(),
  chunks: z.array(artifactRefSchema),
  /** The readings that forecasts start from. */
  history: artifactRefSchema.optional(),
});

export async function predictChunk(
  { artifacts, registry }: BatchDeps,
  { batch, plan, index }: { batch: BatchInput; plan: ArtifactRef; index: number },
  folder: string,
  { signal, report }: Pulse,
): Promise<ChunkResult> {
  const startedMs = performance.now();
  const { spec, onnx } = await registry.models.get(batch.pipeline, batch.modelVersion);
  const { rowsPerChunk, chunks, history } = planSchema.parse(await readJson(artifacts, plan));
  const db = await openDuckDb({ tempDir: folder, signal });
  let chunk: ChunkRows;
  try {
    chunk = await readChunk(db, await artifacts.localPath(chunks[index]), spec);
  } finally {
    db.close();
  }
  const moments = history && (await momentsOf(chunk, spec, await artifacts.readBytes(history), signal));
  report({ phase: 'predict', done: 0, total: chunk.rows });
  const model = await openModel(await artifacts.localPath(onnx));
  let answers: ModelAnswer;
  try {
    answers = await model.answer(chunk.columns, chunk.rows);
  } finally {
    await model.release();
  }
  const latencyUs = 1_000 * (performance.now() - startedMs);
  const answered = answeredRows(chunk, answers);
  const answeredChunk = { spec, chunk, answers, answered, firstRow: index * rowsPerChunk, moments };
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

/** What the rows of a forecast are about, with what its model reads of the past among their columns. */
async function momentsOf(
  chunk: ChunkRows,
  spec: PipelineSpec,
  history: Uint8Array,
  signal: AbortSignal,
): Promise<ForecastMoment[] | undefined> {
  const forecast = forecastPipeline(spec);
  return forecast && (await lookUpHistory(forecast, parseHistoryTail(history), chunk, signal));
}
