import { z } from 'zod';
import type { ArtifactRef, Watermark } from './refs.ts';

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

const bucketName = '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]';
const bucketAddressPattern = new RegExp(`^s3://(${bucketName})(?:/(.*))?$`);

/**
 * A folder, or the objects of a bucket below a prefix, whose files are rows too: each whole file is read once, in the
 * order of its last change.
 */
export const watchSpecSchema = z
  .strictObject({
    /** Below the folder of RELEVO_WATCH, or RELEVO_DATA where that names none. Files of subfolders are left alone. */
    folder: z.string().min(1).optional(),
    /** Instead: a bucket of the object store. */
    bucket: z
      .string()
      .regex(new RegExp(`^${bucketName}$`), "a bucket's name: 3 to 63 of a-z, 0-9, dots and dashes")
      .optional(),
    /** What the keys of the bucket's objects start with, all where absent; keys with a further `/` are left alone. */
    prefix: z.string().max(1_000).optional(),
    /** What the names of its files end with; names that start with a dot are left alone. */
    suffix: z.string().min(1).default('.csv'),
    /** A file is whole once it has not changed for so long. */
    settleSeconds: z.number().min(0).max(86_400).default(10),
    /** Instead: a file is whole once there is another with this added to its name, such as `.done`. */
    doneMarker: z.string().min(1).optional(),
  })
  .refine(({ folder, bucket }) => (folder === undefined) !== (bucket === undefined), {
    message: 'either a folder or a bucket',
  })
  .refine(({ bucket, prefix }) => bucket !== undefined || prefix === undefined, {
    path: ['prefix'],
    message: 'a bucket beside the prefix',
  });
export type WatchSpec = z.infer<typeof watchSpecSchema>;

/** Bucket and prefix of `s3://bucket/prefix`; undefined for what is no such address. */
export function bucketAddress(address: string): { bucket: string; prefix: string } | undefined {
  const [, bucket, prefix = ''] = bucketAddressPattern.exec(address) ?? [];
  return bucket === undefined ? undefined : { bucket, prefix };
}

/** Where the object store is; who may read it says the AWS SDK's own chain of credentials. */
export interface ObjectStoreSettings {
  /** S3_ENDPOINT; Amazon's own where absent. */
  endpoint?: string;
  /** AWS_REGION; as the SDK finds it where absent. */
  region?: string;
}

/** One table as it is, growing at its end, and at files that arrive in a watched folder or bucket. */
export const csvSourceSchema = z
  .strictObject({
    kind: z.literal('csv'),
    /** May be empty where a folder or a bucket is watched. */
    locations: z.array(locationSchema),
    delimiter,
    missing,
    watch: watchSpecSchema.optional(),
  })
  .refine(({ locations, watch }) => locations.length > 0 || watch !== undefined, {
    path: ['locations'],
    message: 'one location or more, or a folder or bucket to watch',
  });

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
  /** JSON of the files read of a watched folder or bucket, to be kept and referred to in the watermark. */
  filesRead?: string;
  synthetic: boolean;
}

export interface SourceContext {
  /** RELEVO_DATA, where set. */
  dataDir: string | undefined;
  /** RELEVO_ALLOWED_NETWORKS: where downloads may come from beside public addresses. */
  allowedNetworks?: readonly string[];
  /** What watched folders lie below: RELEVO_WATCH, else RELEVO_DATA, where set. */
  watchDir?: string;
  /** Where watched buckets are. */
  objectStore?: ObjectStoreSettings;
  /** Called for each file of a watched folder or bucket that cannot be read and is left out, with file and line. */
  warn?(message: string): void;
  /** Local path of what a watermark refers to. */
  localPath?(ref: ArtifactRef): Promise<string>;
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
