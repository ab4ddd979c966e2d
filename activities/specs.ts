import type { ArtifactStore } from '../contracts/artifacts.ts';
import { type PipelineSpec, parsePipelineSpec } from '../contracts/pipeline.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import { readJson } from './json.ts';

/** The spec that a run has pinned (`pinSpec`). */
export async function loadSpec(store: ArtifactStore, ref: ArtifactRef): Promise<PipelineSpec> {
  return parsePipelineSpec(await readJson(store, ref));
}
