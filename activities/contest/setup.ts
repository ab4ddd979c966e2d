import type { ArtifactStore } from '../../contracts/artifacts.ts';
import type { Frame } from '../../contracts/frame.ts';
import { classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import type { PromotionDecision } from '../../contracts/runs.ts';
import { differenceScale, rowLosses, rowLossOf } from '../../models/evaluation/losses.ts';
import { targetOf } from '../../models/training/prepare.ts';
import { taskOf } from '../../models/training/task.ts';
import type { ModelRegistry, ModelVersion } from '../../registry/types.ts';
import type { TrainingSetRef } from '../fingerprints.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { putJson } from '../json.ts';
import { putSpec } from '../specs.ts';
import type { TrainingSets } from '../training-set.ts';
import { type Contender, incomparable, predictionsOf, schemaChange } from './answers.ts';
import type { ContestSetup } from './pairs.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: { models: Pick<ModelRegistry, 'champion' | 'get'> };
  trainingSets: Pick<TrainingSets, 'testFrame'>;
}

export interface PrepareInput {
  pipeline: string;
  challenger: string;
  /** Whether the offline stage is to be judged here. */
  judge: boolean;
}
export interface Prepared {
  champion?: string;
  setup?: ArtifactRef;
  /** Why the two cannot be compared. */
  obstacle?: string;
  decision?: PromotionDecision;
}

const contenderOf = ({ version, onnx, artifacts }: ModelVersion): Contender => ({
  version,
  onnx,
  heads: artifacts.heads,
});

/** Lays down how a contest measures, before its first request. */
export function createSetupActivities(
  { artifacts, registry, trainingSets }: Deps,
  judge: (input: { set: TrainingSetRef; challenger: Contender }) => Promise<PromotionDecision>,
) {
  /** The rows that the challenger was tested on. */
  const setOf = async ({ spec, splitArtifact, datasetVersion, artifacts: kept }: ModelVersion) => ({
    spec: kept.spec ?? (await putSpec(artifacts, spec)),
    datasetVersion,
    split: splitArtifact,
  });

  const measure = async (
    spec: PipelineSpec,
    frame: Frame,
    challenger: ModelVersion,
    champion: ModelVersion,
  ): Promise<ContestSetup> => {
    const actual = targetOf(spec, frame);
    const loss = rowLossOf(taskOf(spec), spec.metric, actual);
    const answers = {
      challenger: await predictionsOf(artifacts, contenderOf(challenger), frame),
      champion: await predictionsOf(artifacts, contenderOf(champion), frame),
    };
    const [ours, theirs] = [answers.challenger, answers.champion].map((said) =>
      rowLosses(loss, actual, said),
    );
    return {
      challenger: challenger.version,
      champion: champion.version,
      metric: spec.metric,
      loss,
      scale: differenceScale(loss, ours, theirs),
      classes: classesOf(spec),
      decisionWeights: {
        challenger: answers.challenger.decisionWeights,
        champion: answers.champion.decisionWeights,
      },
      rows: frame.rows,
    };
  };

  return {
    async prepareContest({
      pipeline,
      challenger: version,
      judge: isJudged,
    }: PrepareInput): Promise<Prepared> {
      return await withHeartbeat('prepare the contest', async () => {
        const challenger = await registry.models.get(pipeline, version);
        const champion = await registry.models.champion(pipeline);
        if (!champion) return {};
        const names = { champion: champion.version };
        if (champion.version === version) return { ...names, obstacle: 'it is the champion' };
        const changed = schemaChange(challenger.spec, champion.spec);
        if (changed) return { ...names, obstacle: changed };
        const set = await setOf(challenger);
        const { spec, frame } = await trainingSets.testFrame(set);
        const obstacle = incomparable(spec, champion.spec, frame);
        if (obstacle) return { ...names, obstacle };
        const setup = await putJson(
          artifacts,
          'contest-setup.json',
          await measure(spec, frame, challenger, champion),
        );
        const decision = isJudged ? await judge({ set, challenger: contenderOf(challenger) }) : undefined;
        return { ...names, setup, decision };
      });
    },
  };
}
