import type { ArtifactStore } from '../../../contracts/artifacts.ts';
import type { ContestRoute } from '../../../contracts/contest.ts';
import { listenForChanges } from '../../../registry/listen.ts';
import type { ModelVersion, Registry } from '../../../registry/types.ts';

/** Where the server learns which version is a pipeline's champion and which contend, and gets their files. */
export interface ChampionSource {
  champion(pipeline: string): Promise<ModelVersion | undefined>;
  /** The challengers that see the pipeline's traffic. */
  routes(pipeline: string): Promise<ContestRoute[]>;
  version(pipeline: string, version: string): Promise<ModelVersion>;
  /** The version's ONNX file: a local path or its bytes. */
  onnx(version: ModelVersion): Promise<string | Uint8Array>;
  /** Calls `onChange` when an alias or a route of a pipeline moves, `onReconnect` when moves may have been missed. */
  watch(onChange: (pipeline: string) => void, onReconnect: () => void): Promise<{ close(): Promise<void> }>;
}

/** The champions of the registry, told by LISTEN/NOTIFY. */
export const registryChampions = (
  registry: Registry,
  artifacts: ArtifactStore,
  databaseUrl: string,
): ChampionSource => ({
  champion: (pipeline) => registry.models.champion(pipeline),
  routes: (pipeline) => registry.routes.active(pipeline),
  version: (pipeline, version) => registry.models.get(pipeline, version),
  onnx: (version) => artifacts.localPath(version.onnx),
  watch: (onChange, onReconnect) =>
    listenForChanges(databaseUrl, ({ pipeline }) => onChange(pipeline), onReconnect),
});
