import type { ArtifactStore } from '../../contracts/artifacts.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { type ArtifactRef, type Split, splitSchema } from '../../contracts/refs.ts';
import type { DriftRegistry } from '../../registry/types.ts';
import type { TrainingSetRef } from '../fingerprints.ts';
import type { Workbench } from '../fitting.ts';
import { readJson } from '../json.ts';
import type { TrainingSets } from '../training-set.ts';
import type { RetrainRows } from './rows.ts';

export interface AnewDeps {
  artifacts: ArtifactStore;
  registry: { drift: Pick<DriftRegistry, 'get'> };
  trainingSets: TrainingSets;
  workbench: Workbench;
}

export interface AnewInput {
  /** All rows. */
  set: TrainingSetRef;
  rows: RetrainRows;
  driftCheck?: string;
}
/** The rows that a candidate is fitted anew on. */
export interface AnewRows {
  split: ArtifactRef;
  /** How they were chosen, in words. */
  note: string;
  /** What shows it, by name. */
  artifacts?: Record<string, ArtifactRef>;
}

/** The row ids of each side of a split that was kept. */
export const readSplit = async (artifacts: ArtifactStore, ref: ArtifactRef): Promise<Split> =>
  splitSchema.parse(await readJson(artifacts, ref));

/** A forecast learns each row once for every horizon: row `i` as rows `i · copies` and on. */
export const copiesOf = ({ forecast }: Pick<PipelineSpec, 'forecast'>): number =>
  forecast?.horizons.length ?? 1;
