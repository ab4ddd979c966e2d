import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { Part } from '../contracts/refs.ts';

export const localPaths = (artifacts: ArtifactStore, parts: Part[]): Promise<string[]> =>
  Promise.all(parts.map((part) => artifacts.localPath(part.artifact)));

/** The id of the first row to come after these parts. */
export const nextRowId = (parts: Part[]): number =>
  parts.reduce((next, part) => Math.max(next, part.firstRowId + part.rows), 0);
