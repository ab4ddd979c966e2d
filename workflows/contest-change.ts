import { condition } from '@temporalio/workflow';
import type { StageResult } from '../contracts/contest.ts';
import { type Contest, type Ending, hourMs, hoursLeft, saidBy } from './contest-ground.ts';
import { typedError } from './failures.ts';
import { steadfast, summed } from './proxies.ts';

/** Waits for a person, with all of the traffic at the champion; nobody's word is the policy's default. */
export async function approval(contest: Contest): Promise<StageResult> {
  const { input, desk, state, book } = contest;
  const { pipeline, challenger, policy } = input;
  const stage = 'approval' as const;
  const reason = state.stages.at(-1)?.reason ?? 'it waits for a person';
  await summed(steadfast.unrouteContest, `${challenger} waits`, { pipeline, challenger });
  await steadfast.tellOfContest({ pipeline, challenger, news: 'approval', reason });
  book.note('approval', `waits for ${policy.approval?.deadlineHours} h`, 0);
  const left = hoursLeft(contest, { stage, name: stage, isFirst: true, isLast: true });
  await condition(() => desk.order() !== undefined, Math.max(1, Math.ceil(left * hourMs)));
  await steadfast.tellOfContest({ pipeline, challenger, news: 'settled', reason });
  const order = desk.order();
  if (order) return { stage, passed: order.action === 'approve', reason: saidBy(order) };
  const approved = policy.approval?.otherwise === 'approve';
  return {
    stage,
    passed: approved,
    reason: `nobody answered in time: ${approved ? 'approved' : 'rejected'}`,
  };
}

/** The challenger becomes champion, unless another has become it since. */
export async function change({ input, state }: Contest): Promise<Ending> {
  const { pipeline, challenger } = input;
  const { champion, stages } = state;
  const reason = `${challenger} over ${champion}: ${stages.at(-1)?.reason ?? 'no stage asked for'}`;
  try {
    await summed(steadfast.promoteChallenger, `promote ${challenger}`, {
      ...{ pipeline, challenger, champion, reason },
      evidence: stages,
    });
  } catch (error) {
    if (typedError(error).code !== 'CHAMPION_MOVED') throw error;
    return 'moved';
  }
  await summed(steadfast.unrouteContest, `${challenger} is champion`, { pipeline, challenger });
  return { stage: 'champion', passed: true, reason };
}
