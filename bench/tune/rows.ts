import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environment } from '../../contracts/env.ts';
import type { Params, SearchSpace } from '../../contracts/estimator.ts';
import { type Candidate, candidateSchema, type PipelineSpec } from '../../contracts/pipeline.ts';
import { estimator, parseParams } from '../../models/estimators/index.ts';
import { makeSplit } from '../../models/evaluation/split.ts';
import { type PreparedRows, prepareTrainingSet, type TrainingSet } from '../../models/training/prepare.ts';
import { cleanDataset } from '../quality/dataset.ts';

/** One search, for both sides. */
export interface TuneJob {
  spec: PipelineSpec;
  candidate: Candidate;
  set: TrainingSet;
  folder: string;
  /** Of the files: train, validation. */
  rows: { train: number; validation: number };
  features: number;
  space: SearchSpace;
  trials: number;
  threads: number;
}

/**
 * Prepares a pipeline's features and writes them as raw doubles, row by row, for numpy. The trials learn the target
 * itself, without the pipeline's base: what a base of physics leaves is rounding, of which no trial learns anything, so
 * that the best score of any fifty would be the luckiest.
 */
export async function writeRows(
  { base: _, ...spec }: PipelineSpec,
  { folder, trials, threads }: { folder: string; trials: number; threads: number },
): Promise<TuneJob> {
  const dataDir = environment().RELEVO_DATA;
  const source = dataDir === undefined ? 'synthetic' : 'original';
  const { frame } = await cleanDataset(spec, source, { dataDir, folder });
  const set = await prepareTrainingSet(spec, frame, await makeSplit(spec.split, 0, frame));
  await write(folder, 'train', set.train);
  await write(folder, 'validation', set.validation);
  const kind = estimator('xgboost');
  const params = parseParams(kind, {}) as Params;
  return {
    spec,
    candidate: candidateSchema.parse({ estimator: 'xgboost', params, trials }),
    set,
    folder,
    rows: { train: set.train.features.rows, validation: set.validation.features.rows },
    features: set.train.features.names.length,
    space: kind.searchSpace,
    trials,
    threads,
  };
}

async function write(folder: string, side: string, { features, target }: PreparedRows): Promise<void> {
  const bytes = (values: Float64Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  await writeFile(join(folder, `${side}.features`), bytes(features.data));
  await writeFile(join(folder, `${side}.target`), bytes(target));
}
