import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { RelevoError } from '../../contracts/errors.ts';
import type { Frame } from '../../contracts/frame.ts';
import { asLoss, type MetricName } from '../../contracts/metrics.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Manifest } from '../../contracts/refs.ts';
import { lossOf as lossOn } from '../../models/evaluation/judge.ts';
import { targetOf } from '../../models/training/prepare.ts';
import { taskOf } from '../../models/training/task.ts';
import type { DatasetRegistry, ModelRegistry, ModelVersion } from '../../registry/types.ts';
import { type Contender, incomparable, predictionsOf } from '../contest/answers.ts';
import type { TrainingSetRef } from '../fingerprints.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { putJson } from '../json.ts';
import type { TrainingSets } from '../training-set.ts';
import { readSplit } from './anew.ts';
import { demandChampion } from './champion.ts';
import { groupsJudged, groupsOf, hasLearned } from './groups.ts';
import { learnedRows } from './learned.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: {
    models: Pick<ModelRegistry, 'champion' | 'list'>;
    datasets: Pick<DatasetRegistry, 'get'>;
  };
  trainingSets: Pick<TrainingSets, 'testFrame'>;
}

/** Versions that are looked at, the newest that can answer. */
const mostVersions = 20;

export interface ArchiveFinding {
  /** The version that does best, where it does better than the champion. */
  best?: Contender;
  reason: string;
}

/**
 * Whether a version does as well as on its own test rows, by their 95 % interval: what it knows holds again. One that
 * is merely better than a champion that has lost its way is no reason to forgo a new model.
 */
function isAtHome({ metrics }: Pick<ModelVersion, 'metrics'>, metric: MetricName, loss: number): boolean {
  const own = metrics[metric];
  return own !== undefined && loss <= Math.max(asLoss(metric, own.low), asLoss(metric, own.high));
}

/** A version of which nobody knows what it has learned does not contend. */
function unknownAsUndefined(error: unknown): undefined {
  if (!(error instanceof RelevoError) || error.code !== 'RETRAIN_IMPOSSIBLE') throw error;
}

/** Versions of earlier days, for concepts that come back. */
export function createArchiveActivities({ artifacts, registry, trainingSets }: Deps) {
  const lossOf = async (spec: PipelineSpec, version: ModelVersion, frame: Frame): Promise<number> => {
    const contender = { ...version, heads: version.artifacts.heads };
    const predictions = await predictionsOf(artifacts, contender, frame);
    return lossOn(spec.metric, taskOf(spec), targetOf(spec, frame), predictions);
  };

  return {
    /**
     * Compares archived versions with the champion on the validation rows, the newest before the test rows: the
     * best may then contend on the test rows, which have no part in its choice.
     */
    async findArchived({ set }: { set: TrainingSetRef }): Promise<ArchiveFinding> {
      return await withHeartbeat('archive', async ({ report, signal }) => {
        const split = await readSplit(artifacts, set.split);
        const { train, validation } = split;
        const judged = await putJson(artifacts, 'split.json', { train, validation: [], test: validation });
        const { spec, frame } = await trainingSets.testFrame({ ...set, split: judged });
        const champion = await demandChampion(registry.models, spec.name);
        const { manifest } = await registry.datasets.get(set.datasetVersion);
        const manifestOf = async (id: string): Promise<Manifest> =>
          (await registry.datasets.get(id)).manifest;
        const readers = { artifacts, manifestOf };
        const judgedOn = new Set(validation);
        const groups = await groupsJudged(artifacts, spec, manifest, split);
        const isUnseen = async (version: ModelVersion): Promise<boolean> => {
          if (groups) return !hasLearned(await groupsOf(readers, spec, version), groups);
          const learned = await learnedRows(readers, spec, version, manifest).catch(unknownAsUndefined);
          return learned !== undefined && !learned.some((id) => judgedOn.has(id));
        };
        const versions = (await registry.models.list(spec.name, { limit: mostVersions })).filter(
          (version) =>
            version.version !== champion.version && incomparable(spec, version.spec, frame) === undefined,
        );
        let best = { version: champion, loss: await lossOf(spec, champion, frame) };
        for (const [done, version] of versions.entries()) {
          signal.throwIfAborted();
          report({ phase: `ask ${version.version}`, done, total: versions.length });
          if (!(await isUnseen(version))) continue;
          const loss = await lossOf(spec, version, frame);
          if (loss < best.loss && isAtHome(version, spec.metric, loss)) best = { version, loss };
        }
        const { version, onnx, artifacts: kept } = best.version;
        if (version === champion.version)
          return {
            reason: `none of ${versions.length} archived versions does better than ${version} and as well as it once did`,
          };
        return {
          best: { version, onnx, heads: kept.heads },
          reason: `${version} does best of ${versions.length} archived versions`,
        };
      });
    },
  };
}
