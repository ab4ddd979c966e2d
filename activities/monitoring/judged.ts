import { z } from 'zod';
import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { artifactRefSchema } from '../../contracts/refs.ts';
import { promotionDecisionSchema } from '../../contracts/runs.ts';
import type { DatasetRegistry, ModelRegistry, ModelVersion } from '../../registry/types.ts';
import { readJson } from '../json.ts';
import { readSplit } from '../retraining/anew.ts';
import { lineageOf } from './row-ids.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: { models: Pick<ModelRegistry, 'aliasHistory'>; datasets: Pick<DatasetRegistry, 'get'> };
}

/** Rows on which a version won the champion's place. */
export interface Judged {
  lineage: string;
  rowIds: number[];
}

/** What this reads of the evidence that a comparison on test rows leaves. */
const evidenceSchema = z.object({
  set: z.object({ datasetVersion: z.string(), split: artifactRefSchema }),
});

/**
 * The rows on which a version of earlier days won its place again. Its own test rows say how good it was then, and
 * where something had changed just before them, they are no measure of what it knows. Undefined where it won on its
 * own test rows, or nothing is kept of how it won.
 */
export async function judgedAgain(
  { artifacts, registry }: Deps,
  version: Pick<ModelVersion, 'pipeline' | 'version' | 'splitArtifact'>,
): Promise<Judged | undefined> {
  const events = await registry.models.aliasHistory(version.pipeline);
  const won = events.find((event) => event.action === 'promote' && event.version === version.version);
  const decision = promotionDecisionSchema.safeParse(won?.evidence);
  if (decision.data?.evidence === undefined) return undefined;
  const found = evidenceSchema.safeParse(await readJson(artifacts, decision.data.evidence));
  if (!found.success || found.data.set.split.sha256 === version.splitArtifact.sha256) return undefined;
  const { datasetVersion, split } = found.data.set;
  const { manifest } = await registry.datasets.get(datasetVersion);
  return { lineage: lineageOf(manifest), rowIds: (await readSplit(artifacts, split)).test };
}
