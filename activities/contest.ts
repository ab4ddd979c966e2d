import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { Frame, Series } from '../contracts/frame.ts';
import type { MetricName } from '../contracts/metrics.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { type ArtifactRef, type Split, splitSchema } from '../contracts/refs.ts';
import type { PromotionDecision } from '../contracts/runs.ts';
import { openModel } from '../inference/session.ts';
import { pairedBootstrap } from '../models/evaluation/bootstrap.ts';
import { rawColumns } from '../models/training/columns.ts';
import type { ModelRegistry, ModelVersion } from '../registry/types.ts';
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
  challenger: { version: string; onnx: ArtifactRef };
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

/** The values of a number column; none of a text column. */
const numbersOf = (series: Series): Float64Array =>
  series.kind === 'number' ? series.values : new Float64Array(0);

const percent = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(2)} %`;

/** The first form of the contest between a new version and the champion. */
export function createContestActivities({ artifacts, registry, trainingSets }: Deps) {
  const predictionsOf = async (onnx: ArtifactRef, frame: Frame): Promise<Float64Array> => {
    const model = await openModel(await artifacts.readBytes(onnx));
    try {
      const names = model.inputs.map(({ name }) => name);
      return await model.predict(rawColumns(frame, names), frame.rows);
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
        const { version, onnx } = input.challenger;
        const champion = await registry.models.champion(spec.name);
        if (!champion) return { promoted: true, reason: 'there is no champion yet', challenger: version };
        const versions = { challenger: version, champion: champion.version };
        if (champion.version === version)
          return { promoted: false, reason: 'it is the champion', ...versions };
        const missing = champion.spec.inputs.filter((name) => !(name in frame.columns));
        if (missing.length > 0)
          return {
            promoted: true,
            reason: `the champion needs columns that are gone: ${missing.join(', ')}`,
            ...versions,
          };
        const { metric, seed } = spec;
        const { resamples, confidence } = spec.promotion;
        const improvementPercent = await pairedBootstrap(
          numbersOf(frame.columns[spec.target]),
          await predictionsOf(onnx, frame),
          await predictionsOf(champion.onnx, frame),
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
