import { condition, continueAsNew, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { Look } from '../activities/contest/looking.ts';
import type { StageResult } from '../contracts/contest.ts';
import type { contestWorkflow } from './contest.ts';
import { type Contest, type Ending, hourMs, hoursLeft, saidBy } from './contest-ground.ts';
import { type ContestStep, percent } from './contest-plan.ts';
import { typedError } from './failures.ts';
import { figure } from './labels.ts';
import { light, steadfast, summed } from './proxies.ts';

/** Events after which a contest goes on in a new execution; a look makes about eleven. */
const longHistory = 1_000;

/** Lets the servers answer by the rules of the step; in a watch the former champion answers unseen. */
export async function route({ input, state }: Contest, { stage, share = 0 }: ContestStep): Promise<void> {
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
export async function follow(contest: Contest, step: ContestStep): Promise<Ending> {
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
      // What nobody could look at is no ground for a promotion, nor for a rollback.
      if (hoursLeft(contest, step) <= 0)
        return { ...unknown(step, latest), passed: step.stage === 'watch', reason: found };
    }
    await condition(() => desk.order() !== undefined, untilNextLook(contest, step));
    const order = desk.order();
    if (order) return { ...unknown(step, latest), passed: order.action === 'advance', reason: saidBy(order) };
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (historyLength > longHistory || continueAsNewSuggested)
      await continueAsNew<typeof contestWorkflow>({ ...input, resume: state });
  }
}

const unknown = ({ stage, share }: ContestStep, latest?: StageResult): StageResult =>
  latest ?? { stage, passed: false, reason: '', ...(share !== undefined && { share }) };

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
