import { defineQuery, defineUpdate, setHandler } from '@temporalio/workflow';
import type {
  ContestAction,
  ContestInput,
  ContestOrder,
  ContestStage,
  ContestState,
  ContestView,
  StageResult,
} from '../contracts/contest.ts';
import { type ContestStep, hoursOf, planOf } from './contest-plan.ts';
import { fail } from './failures.ts';

export const contestQuery = defineQuery<ContestView>('contest');
const updates = {
  approve: defineUpdate<ContestView, [ContestOrder]>('approve'),
  reject: defineUpdate<ContestView, [ContestOrder]>('reject'),
  stop: defineUpdate<ContestView, [ContestOrder]>('stop'),
  advance: defineUpdate<ContestView, [ContestOrder]>('advance'),
} satisfies Record<ContestAction, unknown>;

const allowed: Record<ContestAction, readonly ContestStage[]> = {
  approve: ['approval'],
  reject: ['approval'],
  stop: ['offline', 'shadow', 'canary', 'approval'],
  advance: ['shadow', 'canary'],
};

/** Where people see a contest and steer it: the query `contest` and one update an action. */
export interface ContestDesk {
  /** Takes up a new step; what was ordered for another is void, but for a stop. */
  turnTo(step: ContestStep, state: ContestState | undefined): void;
  look(latest: StageResult): void;
  /** The order that stands for the step at hand. */
  order(): (ContestOrder & { action: ContestAction }) | undefined;
}

/**
 * Opens the desk of a contest, once a workflow and before it waits for anything: sets the handlers of query and
 * updates. An update is refused with CONTEST_STAGE_WRONG where the stage does not allow it, with REQUEST_INVALID where
 * it does not say who and why.
 */
export function openContestDesk({ pipeline, challenger, policy, resume }: ContestInput): ContestDesk {
  let state: ContestState | undefined = resume;
  let step = planOf(policy)[state?.at ?? 0];
  let latest: StageResult | undefined;
  let order: (ContestOrder & { action: ContestAction }) | undefined;

  const view = (): ContestView => {
    const since = state?.stageSince ?? new Date(Date.now()).toISOString();
    const hours = hoursOf(step.stage, policy);
    return {
      ...{ pipeline, challenger, stage: step.stage, stageSince: since, stages: state?.stages ?? [] },
      ...(state && { champion: state.champion }),
      ...(step.share !== undefined && { share: step.share }),
      ...(hours !== undefined && { deadline: hoursAfter(since, hours) }),
      ...(latest && { latest }),
    };
  };
  const check = (action: ContestAction, { actor, reason }: ContestOrder): void => {
    const stages = allowed[action];
    if (!stages.includes(step.stage))
      throw fail({
        code: 'CONTEST_STAGE_WRONG',
        message: `The contest of ${pipeline} ${challenger} is at the stage "${step.stage}", where nobody can ${action}`,
        details: { field: 'action', value: step.stage, expected: stages.join(', ') },
      });
    if (!actor || !reason)
      throw fail({
        code: 'REQUEST_INVALID',
        message: 'A contest keeps who steers it and why',
        details: { field: actor ? 'reason' : 'actor', expected: 'at least one character' },
      });
  };

  setHandler(contestQuery, view);
  for (const action of Object.keys(updates) as ContestAction[])
    setHandler(
      updates[action],
      (given) => {
        // The first word counts; a stop counts more.
        if (order === undefined || action === 'stop') order = { ...given, action };
        return view();
      },
      { validator: (given) => check(action, given) },
    );
  return {
    turnTo(next, now) {
      [step, state, latest] = [next, now, undefined];
      if (order?.action !== 'stop') order = undefined;
    },
    look: (found) => {
      latest = found;
    },
    order: () => order,
  };
}

const hoursAfter = (moment: string, hours: number): string =>
  new Date(Date.parse(moment) + hours * 3_600_000).toISOString();
