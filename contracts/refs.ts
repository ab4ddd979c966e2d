import { z } from 'zod';

/** Points at immutable bytes in the artifact store by what they are: the SHA-256 of the content. */
export const artifactRefSchema = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().nonnegative(),
  mediaType: z.string(),
  /** File name for people, such as `model.onnx`. */
  name: z.string(),
});
export type ArtifactRef = z.infer<typeof artifactRefSchema>;

/** `steel-energy/dirty@3f9c01ab22de`: pipeline, source, first twelve digits of the manifest's hash. */
export const datasetVersionIdSchema = z.string().regex(/^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*@[0-9a-f]{12}$/);

/** Where reading of a source stopped, and what proves that the part already read has not changed. */
export const watermarkSchema = z.strictObject({
  /** Which location of the source was read; a change of location starts over. */
  location: z.string(),
  bytes: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  headerSha256: z.string(),
  /** Names in the header, so that a later change of it can be named. */
  columns: z.array(z.string()).optional(),
  /** Of the first `bytes` bytes. */
  prefixSha256: z.string(),
  /** JSON: the files of a watched folder that were read, each with where reading of it stopped. */
  files: artifactRefSchema.optional(),
});
export type Watermark = z.infer<typeof watermarkSchema>;

export const partSchema = z.strictObject({
  artifact: artifactRefSchema,
  rows: z.number().int().positive(),
  /** Row ids run from here without gaps over the part. */
  firstRowId: z.number().int().nonnegative(),
});
export type Part = z.infer<typeof partSchema>;

/** A dataset version: the hash of this, in canonical JSON, is its id. Any old version can be read again. */
export const manifestSchema = z.strictObject({
  pipeline: z.string(),
  source: z.string(),
  schemaHash: z.string(),
  /** Generated data says so wherever it shows. */
  synthetic: z.boolean(),
  rows: z.number().int().nonnegative(),
  parts: z.array(partSchema),
  watermark: watermarkSchema,
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Row ids of each side of a split, so that anyone can rebuild it; stored as one artifact. */
export const splitSchema = z.strictObject({
  train: z.array(z.number().int()),
  validation: z.array(z.number().int()),
  test: z.array(z.number().int()),
});
export type Split = z.infer<typeof splitSchema>;
