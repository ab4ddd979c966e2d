import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { Frame } from '../contracts/frame.ts';
import type { MetricName } from '../contracts/metrics.ts';
import { classesOf, modelInputs, type PipelineSpec } from '../contracts/pipeline.ts';
import { type ArtifactRef, type Split, splitSchema } from '../contracts/refs.ts';
import type { PromotionDecision } from '../contracts/runs.ts';
import { openModel } from '../inference/session.ts';
import { pairedBootstrap } from '../models/evaluation/judge.ts';
import type { Predictions } from '../models/evaluation/predictions.ts';
import { rawColumns } from '../models/training/columns.ts';
import { targetOf } from '../models/training/prepare.ts';
import { taskOf } from '../models/training/task.ts';
import type { ModelRegistry, ModelVersion } from '../registry/types.ts';
import { readHeads } from './bundles.ts';
import type { TrainingSetRef } from './fingerprints.ts';
import { withHeartbeat } from './heartbeat.ts';
import { readJson } from './json.ts';
import type { TrainingSets } from './training-set.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: { models: Pick<ModelRegistry, 'champion'> };
  trainingSets: Pick<TrainingSets, 'testFrame'>;
}

export interface ContestInput {
  set: TrainingSetRef;
  challenger: Contender;
}
export interface Contender {
  version: string;
  onnx: ArtifactRef;
  /** Its decision weights are in there. */
  heads?: ArtifactRef;
}
type Improvement = NonNullable<PromotionDecision['improvementPercent']>;

/** Whether the interval clears the policy's margin, and the sentence that says so. */
export function judge(
  improvement: Improvement,
  metric: MetricName,
  policy: PipelineSpec['promotion'],
): { promoted: boolean; reason: string } {
  const { value, low, high } = improvement;
  const promoted = low > 0 && low >= policy.marginPercent;
  const figures = `${metric} ${percent(value)} (${policy.confidence * 100} % interval ${percent(low)} to ${percent(high)})`;
  const verdict = promoted ? 'better than the champion' : 'not shown to be better than the champion';
  return { promoted, reason: `${verdict}: ${figures}, margin ${policy.marginPercent} %` };
}

const percent = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(2)} %`;

/** Why a champion cannot answer for the challenger's rows; undefined where it can. */
function incomparable(spec: PipelineSpec, champion: PipelineSpec, frame: Frame): string | undefined {
  const missing = modelInputs(champion).filter(({ name }) => !(name in frame.columns));
  if (missing.length > 0)
    return `the champion needs columns that are gone: ${missing.map(({ name }) => name).join(', ')}`;
  const same = spec.target === champion.target && spec.task === champion.task;
  if (!same || classesOf(spec).join('\n') !== classesOf(champion).join('\n'))
    return 'the champion answers another question';
  return undefined;
}

/** The first form of the contest between a new version and the champion. */
export function createContestActivities({ artifacts, registry, trainingSets }: Deps) {
  const predictionsOf = async ({ onnx, heads }: Contender, frame: Frame): Promise<Predictions> => {
    const model = await openModel(await artifacts.readBytes(onnx));
    try {
      const names = model.inputs.map(({ name }) => name);
      const { prediction, width, interval } = await model.answer(rawColumns(frame, names), frame.rows);
      const learnt = heads && (await readHeads(artifacts, heads));
      return { values: prediction, outputs: width, interval, decisionWeights: learnt?.decisionWeights };
    } finally {
      await model.release();
    }
  };

  /** How many of the test rows the champion has learned from: a handicap for the challenger that is told. */
  const seenByChampion = async (
    champion: ModelVersion,
    input: ContestInput,
    split: Split,
  ): Promise<number> => {
    if (champion.datasetVersion !== input.set.datasetVersion) return 0;
    const known = splitSchema.parse(await readJson(artifacts, champion.splitArtifact));
    const learned = new Set([...known.train, ...known.validation]);
    return split.test.filter((rowId) => learned.has(rowId)).length;
  };

  return {
    /** Compares with the champion on the same test rows by a paired bootstrap; without a champion the challenger wins. */
    async decidePromotion(input: ContestInput): Promise<PromotionDecision> {
      return await withHeartbeat('compare with the champion', async ({ signal }) => {
        const { spec, frame, split } = await trainingSets.testFrame(input.set);
        const { version } = input.challenger;
        const champion = await registry.models.champion(spec.name);
        if (!champion) return { promoted: true, reason: 'there is no champion yet', challenger: version };
        const versions = { challenger: version, champion: champion.version };
        if (champion.version === version)
          return { promoted: false, reason: 'it is the champion', ...versions };
        const obstacle = incomparable(spec, champion.spec, frame);
        if (obstacle) return { promoted: true, reason: obstacle, ...versions };
        const { metric, seed } = spec;
        const { resamples, confidence } = spec.promotion;
        const improvementPercent = await pairedBootstrap(
          taskOf(spec),
          targetOf(spec, frame),
          await predictionsOf(input.challenger, frame),
          await predictionsOf({ ...champion, heads: champion.artifacts.heads }, frame),
          { metric, seed, resamples, confidence, signal },
        );
        const { promoted, reason } = judge(improvementPercent, metric, spec.promotion);
        const seen = await seenByChampion(champion, input, split);
        const note = seen > 0 ? `; the champion had learned ${seen} of the ${frame.rows} test rows` : '';
        return { promoted, reason: `${reason}${note}`, ...versions, improvementPercent };
      });
    },
  };
}
