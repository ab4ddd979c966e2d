import {
  CancellationScope,
  ContinueAsNew,
  condition,
  continueAsNew,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import type { Look } from '../activities/contest/looking.ts';
import type { ContestInput, ContestResult, ContestState, StageResult } from '../contracts/contest.ts';
import type { PromotionDecision } from '../contracts/runs.ts';
import { type ContestDesk, openContestDesk } from './contest-desk.ts';
import { type ContestStep, hoursOf, percent, planOf } from './contest-plan.ts';
import { typedError } from './failures.ts';
import { figure } from './labels.ts';
import { type LogBook, openLogBook } from './log-book.ts';
import { compute, light, steadfast, summed } from './proxies.ts';
import { recorded, tag } from './recorded.ts';

interface Contest {
  input: ContestInput;
  plan: ContestStep[];
  desk: ContestDesk;
  book: LogBook;
  state: ContestState;
}
/** How a step ended: `moved` where another version became champion meanwhile. */
type Ending = StageResult | 'moved';

/** Events after which a contest goes on in a new execution; a look makes about eleven. */
const longHistory = 1_000;
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
  if (order) return over(saidBy('stopped', order));
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
  if (order) return { stage: step.stage, passed: false, reason: saidBy('stopped', order) };
  if (step.stage === 'approval') return await approval(contest);
  if (step.stage === 'champion') return await change(contest);
  await route(contest, step);
  return await follow(contest, step);
}

/** Lets the servers answer by the rules of the step; in a watch the former champion answers unseen. */
async function route({ input, state }: Contest, { stage, share = 0 }: ContestStep): Promise<void> {
  const { pipeline, challenger } = input;
  const salt = `${workflowInfo().workflowId}@${state.champion}`;
  const unseen = stage === 'watch' ? state.champion : challenger;
  await summed(
    steadfast.routeContest,
    share > 0 ? `${percent(share)} of requests to ${unseen}` : `${unseen} answers unseen`,
    { pipeline, challenger: unseen, stage: stage === 'canary' ? 'canary' : 'shadow', share, salt },
  );
}

/** Looks at the evidence again and again until the step is decided, by it or by a person. */
async function follow(contest: Contest, step: ContestStep): Promise<Ending> {
  const { input, desk, book, state } = contest;
  for (let latest: StageResult | undefined; ; ) {
    const found = await look(contest, step);
    if (typeof found !== 'string') {
      latest = resultOf(step, found);
      if (hasMoved(contest, step, found)) return step.stage === 'watch' ? overtaken(latest) : 'moved';
      if (found.decision !== 'wait') return latest;
      book.note(step.name, noteOf(found), 0);
      desk.look(latest);
    } else {
      book.note(step.name, found, 0);
      if (hoursLeft(contest, step) <= 0) return { ...unknown(step, latest), passed: false, reason: found };
    }
    await condition(() => desk.order() !== undefined, untilNextLook(contest, step));
    const order = desk.order();
    if (order) return { ...unknown(step, latest), ...byOrder(order) };
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (historyLength > longHistory || continueAsNewSuggested)
      await continueAsNew<typeof contestWorkflow>({ ...input, resume: state });
  }
}

const unknown = ({ stage, share }: ContestStep, latest?: StageResult): StageResult =>
  latest ?? { stage, passed: false, reason: '', ...(share !== undefined && { share }) };

const byOrder = (order: { action: string; actor: string; reason: string }) => ({
  passed: order.action === 'advance',
  reason: saidBy(order.action === 'advance' ? 'sent on' : 'stopped', order),
});

const hasMoved = ({ input, state }: Contest, { stage }: ContestStep, { championNow }: Look): boolean =>
  championNow !== (stage === 'watch' ? input.challenger : state.champion);

const overtaken = (latest: StageResult): StageResult => ({
  ...latest,
  passed: true,
  reason: 'another version has become champion meanwhile',
});

/** What was found, or why nothing could be: evidence that cannot be read now is looked for again. */
async function look({ input, state }: Contest, step: ContestStep): Promise<Look | string> {
  const { pipeline, challenger, policy } = input;
  const { champion, setup, since, before } = state;
  const left = hoursLeft({ input, state }, step);
  try {
    return await summed(light.lookAtContest, `look at ${step.name}`, {
      ...{ pipeline, challenger, champion, setup, policy, since, before },
      stage: step.stage === 'shadow' || step.stage === 'canary' ? step.stage : 'watch',
      isLast: step.isLast,
      hoursLeft: left,
      hoursPassed: (Date.now() - Date.parse(since)) / hourMs,
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return `the evidence cannot be read: ${typedError(error).message}`;
  }
}

const hourMs = 3_600_000;
const hoursLeft = ({ input, state }: Pick<Contest, 'input' | 'state'>, { stage }: ContestStep): number => {
  const hours = hoursOf(stage, input.policy) ?? 0;
  return hours - (Date.now() - Date.parse(state.stageSince)) / hourMs;
};

/** The next look, or the end of the stage where that comes before. */
const untilNextLook = (contest: Contest, step: ContestStep): number =>
  Math.max(
    1000,
    Math.min(1000 * contest.input.policy.lookEverySeconds, Math.ceil(hoursLeft(contest, step) * hourMs)),
  );

const resultOf = ({ stage, share }: ContestStep, look: Look): StageResult => ({
  ...{ stage, passed: look.decision === 'pass', reason: look.reason, ...look.counts },
  ...(share !== undefined && { share }),
  ...(look.difference && { difference: look.difference }),
  ...(look.evidence && { evidence: look.evidence }),
});

const noteOf = ({ reason, difference }: Look): string =>
  difference
    ? `${reason}; difference of losses ${figure(difference.value)} (${figure(difference.low)} to ${figure(difference.high)})`
    : reason;

/** Waits for a person; nobody's word is the policy's default. */
async function approval(contest: Contest): Promise<StageResult> {
  const { input, desk, state, book } = contest;
  const { pipeline, challenger, policy } = input;
  const stage = 'approval' as const;
  const reason = state.stages.at(-1)?.reason ?? 'it waits for a person';
  await steadfast.tellOfContest({ pipeline, challenger, news: 'approval', reason });
  book.note('approval', `waits for ${policy.approval?.deadlineHours} h`, 0);
  const left = hoursLeft(contest, { stage, name: stage, isFirst: true, isLast: true });
  await condition(() => desk.order() !== undefined, Math.max(1, Math.ceil(left * hourMs)));
  await steadfast.tellOfContest({ pipeline, challenger, news: 'settled', reason });
  const order = desk.order();
  if (order) return { stage, passed: order.action === 'approve', reason: saidBy(words[order.action], order) };
  const approved = policy.approval?.otherwise === 'approve';
  return {
    stage,
    passed: approved,
    reason: `nobody answered in time: ${approved ? 'approved' : 'rejected'}`,
  };
}

const words = { approve: 'approved', reject: 'rejected', stop: 'stopped', advance: 'sent on' };
const saidBy = (word: string, { actor, reason }: { actor: string; reason: string }): string =>
  `${word} by ${actor}: ${reason}`;

/** The challenger becomes champion, unless another has become it since. */
async function change({ input, state }: Contest): Promise<Ending> {
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

const now = (): string => new Date(Date.now()).toISOString();
