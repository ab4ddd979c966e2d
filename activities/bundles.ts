import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import { type FittedCandidate, loadCandidate } from '../models/training/fit.ts';
import { type Heads, headsSchema } from '../models/training/heads.ts';
import { readJson } from './json.ts';

/** Opens a saved model for as long as `use` takes. */
export async function withCandidate<T>(
  artifacts: ArtifactStore,
  native: ArtifactRef,
  use: (fitted: FittedCandidate) => Promise<T>,
): Promise<T> {
  const fitted = await loadCandidate(await artifacts.readBytes(native));
  try {
    return await use(fitted);
  } finally {
    fitted.dispose();
  }
}

/** What `scoreCandidate` learnt to put on top of a model. */
export async function readHeads(artifacts: ArtifactStore, ref: ArtifactRef): Promise<Heads> {
  return headsSchema.parse(await readJson(artifacts, ref)).heads;
}
