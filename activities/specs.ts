import type { ArtifactStore } from '../contracts/artifacts.ts';
import { type PipelineSpec, parsePipelineSpec } from '../contracts/pipeline.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import { readJson } from './json.ts';

/** The spec that a run has pinned (`putSpec`). */
export async function loadSpec(store: ArtifactStore, ref: ArtifactRef): Promise<PipelineSpec> {
  return parsePipelineSpec(await readJson(store, ref));
}

/** Pins a spec as it is written: the order of sources and features has a meaning, which sorted keys would lose. */
export const putSpec = (store: ArtifactStore, spec: PipelineSpec): Promise<ArtifactRef> =>
  store.putBytes(Buffer.from(JSON.stringify(spec)), { name: 'spec.json', mediaType: 'application/json' });
