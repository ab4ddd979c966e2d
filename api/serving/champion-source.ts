import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { listenForAliases } from '../../registry/listen.ts';
import type { ModelVersion, Registry } from '../../registry/types.ts';

/** Where the server learns which version is a pipeline's champion, and gets its file. */
export interface ChampionSource {
  champion(pipeline: string): Promise<ModelVersion | undefined>;
  /** The version's ONNX file: a local path or its bytes. */
  onnx(version: ModelVersion): Promise<string | Uint8Array>;
  /** Calls `onChange` when an alias of a pipeline moves, `onReconnect` when moves may have been missed. */
  watch(onChange: (pipeline: string) => void, onReconnect: () => void): Promise<{ close(): Promise<void> }>;
}

/** The champions of the registry, told by LISTEN/NOTIFY. */
export const registryChampions = (
  registry: Registry,
  artifacts: ArtifactStore,
  databaseUrl: string,
): ChampionSource => ({
  champion: (pipeline) => registry.models.champion(pipeline),
  onnx: (version) => artifacts.localPath(version.onnx),
  watch: (onChange, onReconnect) =>
    listenForAliases(databaseUrl, ({ pipeline }) => onChange(pipeline), onReconnect),
});
