import { z } from 'zod';
import type { Watermark } from './refs.ts';

/** Places where the same table may be found, tried in order; the first that is there is used. */
export const locationSchema = z.discriminatedUnion('kind', [
  /** A file below RELEVO_DATA. */
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1) }),
  /** A file, or a member of a zip archive, from the web. */
  z.strictObject({
    kind: z.literal('download'),
    url: z.url({ protocol: /^https$/ }),
    member: z.string().optional(),
    /** SHA-256 of the file read (the member, where one is named), in its canonical form: see docs/decisions. */
    contentSha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  /** A generator of `data/generators`, by name; its rows are synthetic and say so. */
  z.strictObject({
    kind: z.literal('generator'),
    name: z.string(),
    rows: z.number().int().positive(),
    seed: z.number().int(),
    /** Which of its tables, for a generator of several. */
    table: z.string().optional(),
  }),
]);
export type Location = z.infer<typeof locationSchema>;

const locations = z.array(locationSchema).min(1);
const delimiter = z.string().length(1).default(',');
/** Cells that mean "no value", compared without case and outer spaces; the empty cell always does. */
const missing = z.array(z.string()).default([]);

/** One table as it is, growing at its end. */
export const csvSourceSchema = z.strictObject({ kind: z.literal('csv'), locations, delimiter, missing });

/** Several tables made into one by a query: extract, load, transform. */
export const tablesSourceSchema = z.strictObject({
  kind: z.literal('tables'),
  /** By the name that the query calls them. */
  tables: z.record(
    z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/, 'lower-case letters, digits and underscores, starting with a letter'),
    z.strictObject({ format: z.enum(['csv', 'parquet']), locations, delimiter }),
  ),
  /** One DuckDB SELECT whose columns are the pipeline's. It runs without access to files or the network. */
  sql: z.string().min(1),
  missing,
});

export const sourceSpecSchema = z.discriminatedUnion('kind', [csvSourceSchema, tablesSourceSchema]);
export type CsvSourceSpec = z.infer<typeof csvSourceSchema>;
export type TablesSourceSpec = z.infer<typeof tablesSourceSchema>;
export type SourceSpec = z.infer<typeof sourceSpecSchema>;

/** One stretch of a source's rows, as text, on local disk. */
export interface SourceBatch {
  /** A CSV file with a header; its rows are those after the watermark it was read from. */
  path: string;
  bytes: number;
  /** The watermark once this batch is committed. */
  next: Watermark;
  synthetic: boolean;
}

export interface SourceContext {
  /** RELEVO_DATA, where set. */
  dataDir: string | undefined;
  /** A folder of this run's own for what is staged. */
  workDir: string;
  signal: AbortSignal;
  /** Called as bytes go by; total is undefined where the source does not say. */
  onProgress(bytes: number, totalBytes: number | undefined): void;
}

/** A kind of place that tables come from. One file in `data/sources/`, one line in its index. */
export interface Source<Spec> {
  kind: string;
  schema: z.ZodType<Spec>;
  /**
   * Stages the rows after `since` (all, where undefined) in bounded memory; undefined where there is nothing new.
   * @throws RelevoError SOURCE_* with what and where: unavailable, shrank, header changed, cut mid-row, …
   */
  stage(spec: Spec, since: Watermark | undefined, context: SourceContext): Promise<SourceBatch | undefined>;
}
