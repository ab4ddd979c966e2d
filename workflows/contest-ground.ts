import type {
  ContestAction,
  ContestInput,
  ContestOrder,
  ContestState,
  StageResult,
} from '../contracts/contest.ts';
import type { ContestDesk } from './contest-desk.ts';
import { type ContestStep, hoursOf } from './contest-plan.ts';
import type { LogBook } from './log-book.ts';

/** What the steps of a contest work with. */
export interface Contest {
  input: ContestInput;
  plan: ContestStep[];
  desk: ContestDesk;
  book: LogBook;
  state: ContestState;
}
/** How a step ended: `moved` where another version became champion meanwhile. */
export type Ending = StageResult | 'moved';

const words: Record<ContestAction, string> = {
  approve: 'approved',
  reject: 'rejected',
  stop: 'stopped',
  advance: 'sent on',
};
/** What a person ordered, for the record. */
export const saidBy = ({ actor, reason, action }: ContestOrder & { action: ContestAction }): string =>
  `${words[action]} by ${actor}: ${reason}`;

/** The workflow's clock in ISO 8601 and UTC: a replay gives the same. */
export const now = (): string => new Date(Date.now()).toISOString();

export const hourMs = 3_600_000;
/** Until the step ends by itself. */
export const hoursLeft = (
  { input, state }: Pick<Contest, 'input' | 'state'>,
  { stage }: ContestStep,
): number => {
  const hours = hoursOf(stage, input.policy) ?? 0;
  return hours - (Date.now() - Date.parse(state.stageSince)) / hourMs;
};
