import { z } from 'zod';
import type { LogPolicy } from './predictions.ts';
import { type ArtifactRef, artifactRefSchema } from './refs.ts';

export const batchFormats = ['csv', 'ndjson', 'parquet'] as const;
export type BatchFormat = (typeof batchFormats)[number];

export const batchMediaTypes: Record<BatchFormat, string> = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
};

/** Many rows to predict by one version, in a run of their own. */
export interface BatchInput {
  pipeline: string;
  modelVersion: string;
  rows: { file: ArtifactRef; format: BatchFormat } | { datasetVersion: string };
  /** Column that names what each row is about; it comes back beside the answer. The log policy's where absent. */
  key?: string;
  /** How the answers go into the prediction log; they do not where absent. */
  log?: BatchLog;
  /** What the results are written as. */
  results: BatchFormat;
}

/** What is kept of a batch's answers, and what makes their prediction ids, with the rows' numbers. */
export interface BatchLog {
  runId: string;
  /** ISO moment that the batch was asked for at, which is that of its predictions. */
  askedAt: string;
  policy: LogPolicy;
}

/** The rows of a batch, divided. */
export interface StagedRows {
  /** JSON: a list of artifacts, each a Parquet file of texts, in order. */
  plan: ArtifactRef;
  chunks: number;
  rows: number;
}
/** What became of one chunk. */
export interface ChunkResult {
  file: ArtifactRef;
  rows: number;
  refused: number;
}

export const batchResultSchema = z.strictObject({
  modelVersion: z.string(),
  rows: z.number().int(),
  answered: z.number().int(),
  /** Rows that got a reason instead of an answer. */
  refused: z.number().int(),
  format: z.enum(batchFormats),
  /** JSON of `batchFilesSchema`. */
  files: artifactRefSchema,
});
export type BatchResult = z.infer<typeof batchResultSchema>;

/** The results: the head, then the files one after the other. */
export const batchFilesSchema = z.strictObject({
  head: z.string(),
  files: z.array(artifactRefSchema),
});
