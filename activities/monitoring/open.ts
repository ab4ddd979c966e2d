import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { type Part, type Split, splitSchema } from '../../contracts/refs.ts';
import { openModel } from '../../inference/session.ts';
import type { DatasetRegistry, DatasetVersion, ModelRegistry, ModelVersion } from '../../registry/types.ts';
import { readHeads } from '../bundles.ts';
import { readJson } from '../json.ts';
import type { Answerer } from './answers.ts';
import { type Judged, judgedAgain } from './judged.ts';
import { lineageOf } from './row-ids.ts';

export interface MonitorDeps {
  artifacts: ArtifactStore;
  registry: {
    models: Pick<ModelRegistry, 'get' | 'aliasHistory'>;
    datasets: Pick<DatasetRegistry, 'get'>;
  };
}

/** A version with the rows that it was made of. */
export interface Watched {
  version: ModelVersion;
  dataset: DatasetVersion;
  parts: readonly Part[];
  lineage: string;
  split: Split;
  /** Where it won its place on other rows than its own test rows. */
  judged?: Judged;
}

/**
 * Reads a version's record, its dataset, its split, and what it was judged on.
 * @throws RelevoError MODEL_NOT_FOUND, DATASET_NOT_FOUND.
 */
export async function readWatched(
  { artifacts, registry }: MonitorDeps,
  pipeline: string,
  modelVersion: string,
): Promise<Watched> {
  const version = await registry.models.get(pipeline, modelVersion);
  const dataset = await registry.datasets.get(version.datasetVersion);
  const split = splitSchema.parse(await readJson(artifacts, version.splitArtifact));
  const { manifest } = dataset;
  const judged = await judgedAgain({ artifacts, registry }, version);
  return { version, dataset, parts: manifest.parts, lineage: lineageOf(manifest), split, judged };
}

/** Opens a version's file for as long as `use` takes. */
export async function withAnswerer<T>(
  artifacts: ArtifactStore,
  { spec, onnx, artifacts: kept }: ModelVersion,
  use: (champion: Answerer) => Promise<T>,
): Promise<T> {
  const heads = kept.heads && (await readHeads(artifacts, kept.heads));
  const model = await openModel(await artifacts.readBytes(onnx));
  try {
    return await use({ spec, model, decisionWeights: heads?.decisionWeights });
  } finally {
    await model.release();
  }
}
