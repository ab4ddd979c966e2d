import type { ArtifactRef } from './refs.ts';

/** Keeps bytes under the hash of their content. Writing the same bytes twice is one artifact. */
export interface ArtifactStore {
  putBytes(bytes: Uint8Array, about: { name: string; mediaType: string }): Promise<ArtifactRef>;
  /** Stores a file of any size without reading it into memory; the file may be moved. */
  putFile(path: string, about: { name: string; mediaType: string }): Promise<ArtifactRef>;
  /**
   * Stores bytes as they come, without holding them in memory; nothing stays where they break off.
   * @throws RelevoError BODY_TOO_LARGE once there are more than `maxBytes`.
   */
  putStream(
    chunks: AsyncIterable<Uint8Array>,
    about: { name: string; mediaType: string; maxBytes: number },
  ): Promise<ArtifactRef>;
  /** A local file with the artifact's bytes, to be read only. @throws RelevoError ARTIFACT_CORRUPT when absent or altered. */
  localPath(ref: ArtifactRef): Promise<string>;
  readBytes(ref: ArtifactRef): Promise<Uint8Array>;
}

/** Progress of one long computation, kept outside its process: a killed worker goes on from the newest. */
export interface Checkpoints {
  /** The newest whole checkpoint, or undefined. A torn or foreign one counts as none. */
  load(): Promise<Uint8Array | undefined>;
  /** Replaces the checkpoint atomically. */
  save(bytes: Uint8Array): Promise<void>;
  clear(): Promise<void>;
}
