import type { PipelineSpec } from '../contracts/pipeline.ts';
import { watchSpecSchema } from '../contracts/source.ts';

/**
 * The pipelines as they are when a folder is watched: every CSV source also takes the files of the folder's subfolder
 * that has the pipeline's name, unless it says itself what it watches.
 */
export const watchedUnder = (specs: PipelineSpec[], watchDir: string | undefined): PipelineSpec[] =>
  watchDir === undefined ? specs : specs.map(withWatch);

function withWatch(spec: PipelineSpec): PipelineSpec {
  const watch = watchSpecSchema.parse({ folder: spec.name });
  const sources = Object.entries(spec.sources).map(([name, source]) => [
    name,
    source.kind === 'csv' ? { watch, ...source } : source,
  ]);
  return { ...spec, sources: Object.fromEntries(sources) };
}
