import { workflowInfo } from '@temporalio/workflow';
import type { Contender } from '../activities/contest.ts';
import type { TrainingSetRef } from '../activities/fingerprints.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { PromotionDecision } from '../contracts/runs.ts';
import { typedError } from './failures.ts';
import type { LogBook } from './log-book.ts';
import { compute, light, summed } from './proxies.ts';

/** Compares a new version with the champion on the test rows and makes it champion where it has earned that. */
export const contend = (
  spec: PipelineSpec,
  book: LogBook,
  set: TrainingSetRef,
  challenger: Contender,
): Promise<PromotionDecision> =>
  book.step(
    'promote',
    async () => {
      for (;;) {
        const decision = await summed(
          compute.decidePromotion,
          `compare ${challenger.version} with the champion`,
          { set, challenger },
        );
        if (!decision.promoted || (await promoted(spec.name, challenger.version, decision))) return decision;
      }
    },
    ({ promoted, reason }) => `${promoted ? 'champion' : 'not promoted'}: ${reason}`,
  );

/** False where another version became champion meanwhile: the comparison is then worth nothing. */
async function promoted(
  pipeline: string,
  modelVersion: string,
  decision: PromotionDecision,
): Promise<boolean> {
  try {
    await summed(light.promoteModel, `promote ${modelVersion}`, {
      pipeline,
      modelVersion,
      actor: workflowInfo().workflowId,
      reason: decision.reason,
      evidence: decision,
      overChampion: decision.champion ?? null,
    });
    return true;
  } catch (error) {
    if (typedError(error).code === 'CHAMPION_MOVED') return false;
    throw error;
  }
}
