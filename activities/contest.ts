import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { MetricName } from '../contracts/metrics.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { type Split, splitSchema } from '../contracts/refs.ts';
import type { GuardrailResult, PromotionDecision } from '../contracts/runs.ts';
import type { ModelRegistry, ModelVersion } from '../registry/types.ts';
import { type Contender, incomparable, schemaChange } from './contest/answers.ts';
import { findOffline } from './contest/offline.ts';
import type { TrainingSetRef } from './fingerprints.ts';
import { withHeartbeat } from './heartbeat.ts';
import { putJson, readJson } from './json.ts';
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
type Improvement = NonNullable<PromotionDecision['improvementPercent']>;

/** Whether the interval clears the policy's margin and every guardrail holds, and the sentence that says so. */
export function judge(
  improvement: Improvement,
  metric: MetricName,
  policy: PipelineSpec['promotion'],
  guardrails: GuardrailResult[] = [],
): { promoted: boolean; reason: string } {
  const { value, low, high } = improvement;
  const isBetter = low > 0 && low >= policy.marginPercent;
  const broken = guardrails.filter(({ passed }) => !passed);
  const figures = `${metric} ${percent(value)} (${policy.confidence * 100} % interval ${percent(low)} to ${percent(high)})`;
  const verdict = isBetter ? 'better than the champion' : 'not shown to be better than the champion';
  const but = broken.length > 0 ? `; breaks ${broken.map(inWords).join(', ')}` : '';
  return {
    promoted: isBetter && broken.length === 0,
    reason: `${verdict}: ${figures}, margin ${policy.marginPercent} %${but}`,
  };
}

const percent = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(2)} %`;

const inWords = ({ name, value, limit, worst }: GuardrailResult): string =>
  `${name}${worst ? ` (${worst})` : ''} ${Number(value.toPrecision(3))}, limit ${limit}`;

/** The offline stage of the contest between a new version and the champion. */
export function createContestActivities({ artifacts, registry, trainingSets }: Deps) {
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
    /**
     * Compares with the champion on the same test rows, by a paired bootstrap of the metric and by the guardrails;
     * without a champion the challenger wins, and one that asks clients for other inputs, or answers another question,
     * is left to a person.
     */
    async decidePromotion(input: ContestInput): Promise<PromotionDecision> {
      return await withHeartbeat('compare with the champion', async ({ signal }) => {
        const { spec, frame, split } = await trainingSets.testFrame(input.set);
        const { version } = input.challenger;
        const champion = await registry.models.champion(spec.name);
        if (!champion) return { promoted: true, reason: 'there is no champion yet', challenger: version };
        const versions = { challenger: version, champion: champion.version };
        if (champion.version === version)
          return { promoted: false, reason: 'it is the champion', ...versions };
        const obstacle = schemaChange(spec, champion.spec) ?? incomparable(spec, champion.spec, frame);
        if (obstacle) return { promoted: false, reason: obstacle, ...versions };
        const rival = { ...champion, heads: champion.artifacts.heads };
        const found = await findOffline(artifacts, spec, frame, input.challenger, rival, signal);
        const { improvementPercent, guardrails } = found;
        const { promoted, reason } = judge(improvementPercent, spec.metric, spec.promotion, guardrails);
        const seen = await seenByChampion(champion, input, split);
        const note = seen > 0 ? `; the champion had learned ${seen} of the ${frame.rows} test rows` : '';
        const decision = {
          promoted,
          reason: `${reason}${note}`,
          ...versions,
          improvementPercent,
          guardrails,
        };
        const evidence = await putJson(artifacts, 'offline-evidence.json', {
          ...{ pipeline: spec.name, ...decision, ...found, metric: spec.metric, seed: spec.seed },
          ...{ policy: spec.promotion, limits: spec.contest.guardrails, set: input.set },
          onnx: { challenger: input.challenger.onnx.sha256, champion: champion.onnx.sha256 },
        });
        return { ...decision, evidence };
      });
    },
  };
}
