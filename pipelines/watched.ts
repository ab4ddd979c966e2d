import type { PipelineSpec } from '../contracts/pipeline.ts';
import { bucketAddress, type WatchSpec, watchSpecSchema } from '../contracts/source.ts';

/**
 * The pipelines as they are when a folder, or `s3://bucket/prefix`, is watched: every CSV source also takes the files
 * of the subfolder there that has the pipeline's name, unless it says itself what it watches.
 */
export const watchedUnder = (specs: PipelineSpec[], watched: string | undefined): PipelineSpec[] =>
  watched === undefined ? specs : specs.map((spec) => withWatch(spec, watchOf(spec.name, watched)));

function watchOf(pipeline: string, watched: string): WatchSpec {
  const address = bucketAddress(watched);
  if (address === undefined) return watchSpecSchema.parse({ folder: pipeline });
  const { bucket, prefix } = address;
  const above = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  return watchSpecSchema.parse({ bucket, prefix: `${above}${pipeline}/` });
}

function withWatch(spec: PipelineSpec, watch: WatchSpec): PipelineSpec {
  const sources = Object.entries(spec.sources).map(([name, source]) => [
    name,
    source.kind === 'csv' ? { watch, ...source } : source,
  ]);
  return { ...spec, sources: Object.fromEntries(sources) };
}
