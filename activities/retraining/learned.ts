import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { type Manifest, splitSchema } from '../../contracts/refs.ts';
import type { ModelVersion } from '../../registry/types.ts';
import { readJson } from '../json.ts';
import { lineageOf } from '../monitoring/row-ids.ts';
import { nextRowId } from '../parts.ts';

/**
 * Ids of a dataset's rows that a version has learned. Row ids mean the same rows where both datasets begin with
 * the same part; where a source was read anew from its start, none is known to have been learned.
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

/** The row id at which two datasets begin to differ: they share their rows as far as both reach, where one continues the other. */
function sharedEnd(one: Manifest, other: Manifest): number {
  if (lineageOf(one) !== lineageOf(other)) return 0;
  return Math.min(nextRowId(one.parts), nextRowId(other.parts));
}
