import type { ArtifactStore } from '../../contracts/artifacts.ts';
import type { DriftReport } from '../../contracts/drift.ts';
import { RelevoError } from '../../contracts/errors.ts';
import { classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import type { ArtifactRef, Manifest } from '../../contracts/refs.ts';
import { type RetrainMode, retrainModes } from '../../contracts/retrain.ts';
import { readFrame } from '../../data/datasets.ts';
import { divideByArrival } from '../../models/retraining/divide.ts';
import type { Change } from '../../models/retraining/sides.ts';
import type {
  DatasetRegistry,
  DatasetVersion,
  DriftRegistry,
  ModelRegistry,
  ModelVersion,
} from '../../registry/types.ts';
import { changePoints, rowsToShow } from '../changes.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { putJson } from '../json.ts';
import { localPaths } from '../parts.ts';
import type { CandidatePlan } from '../search.ts';
import { loadSpec } from '../specs.ts';
import { demandChampion, planOf } from './champion.ts';
import { groupRule } from './groups.ts';
import { learnedRows } from './learned.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: {
    datasets: Pick<DatasetRegistry, 'get' | 'latest'>;
    models: Pick<ModelRegistry, 'champion'>;
    drift: Pick<DriftRegistry, 'get'>;
  };
}

/** What a retrain learns from and is judged on; the test and validation rows are the same in both splits. */
export interface RetrainRows {
  datasetVersion: string;
  /** Split whose training rows are all others. */
  whole: ArtifactRef;
  /** Split whose training rows are those that the champion has not learned. */
  fresh: ArtifactRef;
  counts: { train: number; fresh: number; validation: number; test: number };
  champion: {
    version: string;
    estimator: string;
    createdAt: string;
    /** The retrain that made it; undefined where a training did. */
    mode?: RetrainMode;
    /** The candidate that it came from, to be fitted anew. */
    plan: CandidatePlan;
    /** Whether its estimator can go on from a saved model. */
    canContinue: boolean;
  };
}

/** The change that a check found, by the earliest that tells of it; undefined where none does. */
function changeOf(report: DriftReport | undefined): Change | undefined {
  if (report === undefined) return undefined;
  const [sinceRowId] = changePoints(report);
  return sinceRowId === undefined ? undefined : { sinceRowId, testRows: rowsToShow(report) };
}

/** The rows of a retrain. */
export function createRetrainRowActivities({ artifacts, registry }: Deps) {
  const datasetOf = async (
    spec: PipelineSpec,
    champion: ModelVersion,
    wanted: string | undefined,
  ): Promise<DatasetVersion> => {
    const found =
      wanted === undefined
        ? await registry.datasets.latest(spec.name, champion.source)
        : await registry.datasets.get(wanted);
    if (found?.pipeline === spec.name) return found;
    throw new RelevoError('DATASET_NOT_FOUND', `There is no such dataset of ${spec.name} to retrain on`, {
      field: 'datasetVersion',
      value: wanted,
      expected: `a version of ${spec.name}`,
    });
  };

  return {
    /**
     * The newest labelled rows that the champion has not learned are the test rows, those before them validate: so
     * that neither champion nor challenger knows what it is judged on. Where the pipeline splits by groups, none of the
     * test rows is of a group that either has learned.
     */
    async divideForRetrain(input: {
      spec: ArtifactRef;
      datasetVersion?: string;
      driftCheck?: string;
    }): Promise<RetrainRows> {
      const spec = await loadSpec(artifacts, input.spec);
      const champion = await demandChampion(registry.models, spec.name);
      const dataset = await datasetOf(spec, champion, input.datasetVersion);
      const check =
        input.driftCheck === undefined ? undefined : await registry.drift.get(spec.name, input.driftCheck);
      const change = changeOf(check?.report);
      return await withHeartbeat('divide', async ({ signal }) => {
        const paths = await localPaths(artifacts, dataset.manifest.parts);
        const manifestOf = async (id: string): Promise<Manifest> =>
          (await registry.datasets.get(id)).manifest;
        const readers = { artifacts, manifestOf };
        const groups = await groupRule(readers, spec, champion);
        const columns = [spec.target, ...(groups ? [groups.by] : [])];
        const frame = await readFrame(paths, spec, { columns });
        const learned = await learnedRows(readers, spec, champion, dataset.manifest);
        const { fresh, ...whole } = await divideByArrival(
          frame,
          { target: spec.target, learned, classes: classesOf(spec), change, groups },
          signal,
        );
        const { validation, test } = whole;
        return {
          datasetVersion: dataset.id,
          whole: await putJson(artifacts, 'split.json', whole),
          fresh: await putJson(artifacts, 'split.json', { train: fresh, validation, test }),
          counts: {
            train: whole.train.length,
            fresh: fresh.length,
            validation: validation.length,
            test: test.length,
          },
          champion: {
            version: champion.version,
            estimator: champion.estimator,
            createdAt: champion.createdAt,
            mode: retrainModes.find((mode) => mode === champion.environment.retrain),
            ...planOf(spec, champion),
          },
        };
      });
    },
  };
}
