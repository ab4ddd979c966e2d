import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { RelevoError } from '../../contracts/errors.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { readFrame } from '../../data/datasets.ts';
import { makeSplit } from '../../models/evaluation/split.ts';
import type { Registry } from '../../registry/types.ts';
import { inputSchemaHashOf, type TrainingSetRef } from '../fingerprints.ts';
import { putJson } from '../json.ts';
import { localPaths } from '../parts.ts';
import { putSpec } from '../specs.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: Pick<Registry, 'models' | 'datasets'>;
}

/**
 * The rows that a model from elsewhere is judged on: the champion's own test rows, so that the two can be compared,
 * and where there is none (or its columns were others) those of the newest data, split as the pipeline splits.
 * @throws RelevoError DATASET_NOT_FOUND where nothing was ever ingested.
 */
export async function judgingRows(
  { artifacts, registry }: Deps,
  spec: PipelineSpec,
): Promise<TrainingSetRef> {
  const pinned = await putSpec(artifacts, spec);
  const champion = await registry.models.champion(spec.name);
  if (champion !== undefined && inputSchemaHashOf(champion.spec) === inputSchemaHashOf(spec))
    return { spec: pinned, datasetVersion: champion.datasetVersion, split: champion.splitArtifact };
  const dataset = await registry.datasets.latest(spec.name);
  if (dataset === undefined)
    throw new RelevoError('DATASET_NOT_FOUND', `${spec.name} has no data to judge a model on`, {
      field: 'pipeline',
      value: spec.name,
      remedy: `Ingest some first: relevo ingest ${spec.name}`,
    });
  const paths = await localPaths(artifacts, dataset.manifest.parts);
  const columns = 'by' in spec.split ? [spec.split.by] : [spec.target];
  const split = await makeSplit(spec.split, spec.seed, await readFrame(paths, spec, { columns }));
  return { spec: pinned, datasetVersion: dataset.id, split: await putJson(artifacts, 'split.json', split) };
}
