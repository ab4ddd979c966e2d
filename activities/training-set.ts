import type { ArtifactStore } from '../contracts/artifacts.ts';
import { type Frame, selectRows } from '../contracts/frame.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { type Split, splitSchema } from '../contracts/refs.ts';
import { readFrame } from '../data/datasets.ts';
import { expandForecast, forecastColumns } from '../inference/history.ts';
import { positionsOf, prepareTrainingSet, type TrainingSet } from '../models/training/prepare.ts';
import { createLru } from '../registry/lru.ts';
import type { DatasetRegistry } from '../registry/types.ts';
import { type TrainingSetRef, trainingSetKey } from './fingerprints.ts';
import { readJson } from './json.ts';
import { localPaths } from './parts.ts';
import { loadSpec } from './specs.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: { datasets: Pick<DatasetRegistry, 'get'> };
}

/** Reads what a `TrainingSetRef` points at. */
export interface TrainingSets {
  /** Split rows as features; kept in memory for the next trial on the same numbers. */
  prepared(ref: TrainingSetRef): Promise<{ spec: PipelineSpec; key: string; set: TrainingSet }>;
  /** The test rows as a client would send them, in the order of the split. */
  testFrame(ref: TrainingSetRef): Promise<{ spec: PipelineSpec; frame: Frame; split: Split }>;
}

/** What a model's inputs, its target, its history and its folds are made of. */
function columnsRead({ inputs, target, forecast, validation }: PipelineSpec): string[] {
  const past = forecast ? forecastColumns(forecast) : [];
  const folds = 'by' in validation ? [validation.by] : [];
  return [...new Set([...inputs, target, ...past, ...folds])];
}

/** Two training sets are kept: the one at work, and one of another pipeline trained at the same time. */
const keptSets = 2;
/** Reading a set again is little beside fits of minutes, and from one night to the next nobody needs it in memory. */
const idleMs = 5 * 60_000;

/** Training sets read from the artifact store and the registry; the newest two stay in memory while trials ask for them. */
export function createTrainingSets({ artifacts, registry }: Deps): TrainingSets {
  /** A forecast's rows are the dataset's, once for each horizon. */
  const rowsOf = async ({ spec, split, paths }: Awaited<ReturnType<typeof read>>) => {
    const frame = await readFrame(paths, spec, { columns: columnsRead(spec) });
    return spec.forecast ? await expandForecast(spec, frame, split) : { frame, split };
  };
  const cached = createLru<TrainingSet>(keptSets, { idleMs });
  const read = async (ref: TrainingSetRef) => {
    const spec = await loadSpec(artifacts, ref.spec);
    const split = splitSchema.parse(await readJson(artifacts, ref.split));
    const { manifest } = await registry.datasets.get(ref.datasetVersion);
    return { spec, split, paths: await localPaths(artifacts, manifest.parts) };
  };
  return {
    async prepared(ref) {
      const spec = await loadSpec(artifacts, ref.spec);
      const key = trainingSetKey(spec, ref);
      const set = await cached(key, async () => {
        const { frame, split } = await rowsOf(await read(ref));
        return await prepareTrainingSet(spec, frame, split);
      });
      return { spec, key, set };
    },
    async testFrame(ref) {
      const found = await read(ref);
      const { spec, split, paths } = found;
      if (!spec.forecast) {
        const columns = columnsRead(spec);
        return { spec, split, frame: await readFrame(paths, spec, { columns, rowIds: split.test }) };
      }
      const expanded = await rowsOf(found);
      const positions = positionsOf(expanded.frame, expanded.split.test);
      return { spec, split: expanded.split, frame: selectRows(expanded.frame, positions) };
    },
  };
}
