import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { Contender } from '../activities/contest/answers.ts';
import type { TrainingSetRef } from '../activities/fingerprints.ts';
import { runId } from '../contracts/ids.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { PromotionDecision } from '../contracts/runs.ts';
import { contestWorkflow, offlineOf } from './contest.ts';
import { goesOn } from './contest-plan.ts';
import { typedError } from './failures.ts';
import type { LogBook } from './log-book.ts';
import { compute, light, summed } from './proxies.ts';

/**
 * Compares a new version with the champion on the test rows. One that wins becomes champion, or, where the policy
 * has more stages, goes on in a contest of its own that this run does not wait for.
 */
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
        if (!decision.promoted) return decision;
        if (goesOn(spec.contest) && decision.improvementPercent) return await beginContest(spec, decision);
        if (await promoted(spec.name, challenger.version, decision)) return decision;
      }
    },
    ({ promoted, contest, reason }) =>
      `${promoted ? 'champion' : contest ? 'its contest begins' : 'not promoted'}: ${reason}`,
  );

/** The stages after the comparison take hours to days: a run of their own, which outlives this one. */
async function beginContest(
  { name, contest: policy }: PipelineSpec,
  decision: PromotionDecision,
): Promise<PromotionDecision> {
  const { challenger } = decision;
  const workflowId = runId('contest', name, challenger);
  try {
    await startChild(contestWorkflow, {
      workflowId,
      args: [{ pipeline: name, challenger, policy, offline: offlineOf(decision) }],
      staticSummary: `Contest of ${name} ${challenger} with ${decision.champion}`,
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  return { ...decision, promoted: false, contest: workflowId };
}

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
