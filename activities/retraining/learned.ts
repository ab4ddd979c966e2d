import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { type Manifest, splitSchema } from '../../contracts/refs.ts';
import type { ModelVersion } from '../../registry/types.ts';
import { readJson } from '../json.ts';

/**
 * Ids of a dataset's rows that a version has learned. Row ids mean the same rows as far as both datasets begin with
 * the same parts; where a source was read anew from its start, none is known to have been learned.
 */
export async function learnedRows(
  artifacts: ArtifactStore,
  manifestOf: (datasetVersion: string) => Promise<Manifest>,
  { datasetVersion, splitArtifact }: Pick<ModelVersion, 'datasetVersion' | 'splitArtifact'>,
  dataset: Manifest,
): Promise<Float64Array> {
  const end = sharedEnd(await manifestOf(datasetVersion), dataset);
  const { train, validation } = splitSchema.parse(await readJson(artifacts, splitArtifact));
  const learned = new Float64Array(train.length + validation.length);
  let count = 0;
  for (const side of [train, validation]) for (const id of side) if (id < end) learned[count++] = id;
  return learned.slice(0, count);
}

/** The row id at which two datasets begin to differ. */
function sharedEnd(one: Manifest, other: Manifest): number {
  let end = 0;
  for (const [at, part] of one.parts.entries()) {
    const twin = other.parts.at(at);
    if (twin?.artifact.sha256 !== part.artifact.sha256 || twin.firstRowId !== part.firstRowId) break;
    end = part.firstRowId + part.rows;
  }
  return end;
}
