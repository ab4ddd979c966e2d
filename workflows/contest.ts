import { CancellationScope, ContinueAsNew } from '@temporalio/workflow';
import type { ContestInput, ContestResult, ContestState, StageResult } from '../contracts/contest.ts';
import type { PromotionDecision } from '../contracts/runs.ts';
import { approval, change } from './contest-change.ts';
import { type ContestDesk, openContestDesk } from './contest-desk.ts';
import { follow, route } from './contest-following.ts';
import { type Contest, type Ending, now, saidBy } from './contest-ground.ts';
import { type ContestStep, planOf } from './contest-plan.ts';
import { typedError } from './failures.ts';
import { type LogBook, openLogBook } from './log-book.ts';
import { compute, light, steadfast, summed } from './proxies.ts';
import { recorded, tag } from './recorded.ts';

const nothing = { requests: 0, answered: 0, outcomes: 0 };

/**
 * Champion against challenger, stage by stage, until one of them has won: shadow, canary, a person's word, the change,
 * and a watch that takes it back. Where another version becomes champion meanwhile, the contest begins anew against it.
 */
export async function contestWorkflow(input: ContestInput): Promise<ContestResult> {
  const { pipeline, challenger, policy } = input;
  const plan = planOf(policy);
  const book = openLogBook(
    `Contest of ${pipeline} ${challenger}`,
    plan.map(({ name }) => name),
  );
  // Before anything is waited for: who asks or steers early must find the desk open.
  const desk = openContestDesk(input);
  const asked = { challenger, stages: policy.stages };
  return await recorded({ kind: 'contest', pipeline, input: asked }, async () => {
    tag({ modelVersion: challenger });
    if (input.resume) markDone(book, plan, input.resume);
    let begun: ContestState | ContestResult = input.resume ?? (await begin(input, plan, desk, book));
    for (;;) {
      if ('promoted' in begun) return await told(input, begun);
      const result: ContestResult | 'moved' = await carryOut({ input, plan, desk, book, state: begun });
      if (result !== 'moved') return await told(input, result);
      begun = await begin({ ...input, offline: undefined }, plan, desk, book);
    }
  });
}

/** A challenger that a retrain has made tells its circuit breaker how it fared. */
async function told({ pipeline, challenger }: ContestInput, result: ContestResult): Promise<ContestResult> {
  const won = result.promoted && !result.rolledBack;
  const { reason } = result;
  await summed(light.concludeContest, 'tell the circuit breaker', { pipeline, challenger, won, reason });
  return result;
}

/** What earlier executions did, for the details page. */
function markDone(book: LogBook, plan: ContestStep[], { stages, at }: ContestState): void {
  for (const [done, { name }] of plan.slice(0, at).entries())
    book.skip(name, stages[done + stages.length - at]?.reason ?? '');
}

/** The offline stage, and how the later ones measure. Where there is nothing to race against, the contest is over. */
async function begin(
  { pipeline, challenger, offline }: ContestInput,
  plan: ContestStep[],
  desk: ContestDesk,
  book: LogBook,
): Promise<ContestState | ContestResult> {
  const [first] = plan;
  const isJudged = first.stage === 'offline' && offline === undefined;
  desk.turnTo(first, undefined);
  const prepare = () =>
    summed(compute.prepareContest, `prepare the contest of ${challenger}`, {
      pipeline,
      challenger,
      judge: isJudged,
    });
  const prepared = await (isJudged ? book.step('offline', prepare) : prepare());
  const { champion, setup, obstacle, decision } = prepared;
  const stages = offline ? [offline] : decision ? [offlineOf(decision)] : [];
  const over = (reason: string): ContestResult => ({
    ...{ promoted: false, reason, challenger, champion, stages, rolledBack: false },
  });
  if (obstacle !== undefined) return over(obstacle);
  const order = desk.order();
  if (order) return over(saidBy(order));
  if (stages.some(({ passed }) => !passed)) return over(stages[0].reason);
  if (champion === undefined || setup === undefined) return await withoutChampion(pipeline, challenger);
  if (offline) book.skip('offline', offline.reason);
  const since = now();
  return {
    ...{ champion, setup, stages, since },
    at: first.stage === 'offline' ? 1 : 0,
    stageSince: since,
    before: nothing,
  };
}

async function withoutChampion(pipeline: string, challenger: string): Promise<ContestResult> {
  const reason = 'there is no champion yet';
  await steadfast.promoteChallenger({ pipeline, challenger, reason, evidence: undefined });
  return { promoted: true, reason, challenger, stages: [], rolledBack: false };
}

/** The comparison on test rows as the first stage of a contest, won or lost. */
export const offlineOf = ({ promoted, reason, evidence }: PromotionDecision): StageResult => ({
  ...{ stage: 'offline', passed: promoted, reason },
  ...(evidence && { evidence }),
});

/** Takes the steps in turn; what a step has set up in the traffic goes when the contest ends, however it ends. */
async function carryOut(contest: Contest): Promise<ContestResult | 'moved'> {
  try {
    const result = await takeSteps(contest);
    await cleared(contest);
    return result;
  } catch (error) {
    if (!(error instanceof ContinueAsNew)) await cleared(contest);
    throw error;
  }
}

/** Both, since a contest that fails in its watch has the former champion in the traffic. */
const cleared = ({ input: { pipeline, challenger }, state: { champion } }: Contest): Promise<void> =>
  CancellationScope.nonCancellable(async () => {
    for (const version of [challenger, champion])
      await summed(steadfast.unrouteContest, `no more traffic for ${version}`, {
        pipeline,
        challenger: version,
      });
  });

async function takeSteps(contest: Contest): Promise<ContestResult | 'moved'> {
  const { input, plan, book, desk, state } = contest;
  const { challenger } = input;
  while (state.at < plan.length) {
    const step = plan[state.at];
    desk.turnTo(step, state);
    const ended = await book.step(
      step.name,
      () => takeStep(contest, step),
      (ending) => (ending === 'moved' ? 'the champion has changed' : ending.reason),
    );
    if (ended === 'moved') return 'moved';
    state.stages.push(ended);
    if (!ended.passed) return await lost(contest, step, ended);
    state.at++;
    turnOver(contest, step, ended);
  }
  const { champion, stages } = state;
  const reason = stages.at(-1)?.reason ?? 'every stage passed';
  return { promoted: true, reason, challenger, champion, stages, rolledBack: false };
}

/** What the next step starts from: a new stage has its own time, a watch its own evidence. */
function turnOver({ plan, state }: Contest, step: ContestStep, ended: StageResult): void {
  const next = plan[state.at];
  if (next === undefined) return;
  const { requests = 0, answered = 0, outcomes = 0 } = ended;
  state.before = { requests, answered, outcomes };
  if (next.stage !== step.stage) state.stageSince = now();
  if (next.stage === 'watch') [state.since, state.before] = [now(), nothing];
}

async function lost(
  { input, state }: Contest,
  { stage }: ContestStep,
  { reason, evidence }: StageResult,
): Promise<ContestResult> {
  const { pipeline, challenger } = input;
  const { champion, stages } = state;
  const base = { reason, challenger, champion, stages };
  if (stage !== 'watch') return { ...base, promoted: false, rolledBack: false };
  const move = { pipeline, challenger, champion, reason, evidence };
  try {
    await summed(steadfast.rollBackChallenger, `back to ${champion}: ${reason}`, move);
  } catch (error) {
    if (typedError(error).code !== 'CHAMPION_MOVED') throw error;
    return { ...base, promoted: true, rolledBack: false };
  }
  await steadfast.tellOfContest({ pipeline, challenger, news: 'rolledBack', reason });
  return { ...base, promoted: true, rolledBack: true };
}

async function takeStep(contest: Contest, step: ContestStep): Promise<Ending> {
  const order = contest.desk.order();
  if (order) return { stage: step.stage, passed: false, reason: saidBy(order) };
  if (step.stage === 'approval') return await approval(contest);
  if (step.stage === 'champion') return await change(contest);
  await route(contest, step);
  return await follow(contest, step);
}
