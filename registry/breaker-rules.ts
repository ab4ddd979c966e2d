import type { Breaker, BreakerState, RetrainVerdict } from '../contracts/breaker.ts';
import type { RetrainPolicy } from '../contracts/retrain.ts';
import type { RetrainRun } from './types.ts';

/** Where a breaker stands. */
export interface Standing {
  state: BreakerState;
  /** A person put it there. */
  forced: boolean;
  failures: number;
  losses: number;
  openedAt?: Date;
  trial?: RetrainRun & { at: Date };
}

const hourMs = 3_600_000;
export const closed: Standing = { state: 'closed', forced: false, failures: 0, losses: 0 };

/** Whether a retrain may run, and where the breaker stands while it does. */
export function admission(
  standing: Standing,
  spent: Breaker['spent'],
  { budget, breaker }: Pick<RetrainPolicy, 'budget' | 'breaker'>,
  run: RetrainRun,
  now: Date,
): { standing: Standing; reason: string } | { refused: string } {
  const { retrainsPerDay, computeMinutesPerDay } = budget;
  if (spent.retrains >= retrainsPerDay)
    return { refused: `${spent.retrains} retrains in 24 hours, the budget is ${retrainsPerDay}` };
  if (spent.computeMinutes >= computeMinutesPerDay)
    return {
      refused: `${Math.floor(spent.computeMinutes)} compute minutes in 24 hours, the budget is ${computeMinutesPerDay}`,
    };
  if (standing.state === 'closed') return { standing, reason: 'the breaker is closed' };
  if (standing.forced) return { refused: 'a person has opened the circuit breaker' };
  const since = standing.trial?.at ?? standing.openedAt ?? now;
  const hours = (now.getTime() - since.getTime()) / hourMs;
  if (standing.state === 'half_open' && hours < breaker.openHours)
    return { refused: `the circuit breaker is half open and waits for ${standing.trial?.id}` };
  if (hours < breaker.openHours)
    return {
      refused: `the circuit breaker is open, and tries one retrain ${breaker.openHours} hours after it opened`,
    };
  return {
    standing: { ...standing, state: 'half_open', trial: { ...run, at: now } },
    reason: 'one retrain is tried',
  };
}

/**
 * Where the breaker stands after a retrain. A success closes it, and so does a challenger whose contest goes on,
 * which only leaves the losses as they are; the last failure or loss that the policy allows
 * opens it; one that is tried while half open decides at once. What was never tried leaves all as it is, and a
 * person's word outlasts any retrain.
 */
export function afterRetrain(
  standing: Standing,
  { breaker }: Pick<RetrainPolicy, 'breaker'>,
  run: RetrainRun,
  verdict: RetrainVerdict,
  now: Date,
): Standing {
  const { trial, ...rest } = standing;
  const isTrial = standing.state === 'half_open' && trial?.workflowRunId === run.workflowRunId;
  if (standing.state !== 'closed' && !isTrial) return standing;
  if (verdict === 'neutral') return isTrial ? { ...rest, state: 'open' } : standing;
  if (verdict === 'contending') return { ...closed, losses: standing.losses };
  if (verdict === 'success') return closed;
  const failures = verdict === 'failure' ? standing.failures + 1 : 0;
  // A version that lost was made all the same.
  const losses = verdict === 'loss' ? standing.losses + 1 : standing.losses;
  const opens = isTrial || failures >= breaker.failures || losses >= breaker.losses;
  return opens
    ? { state: 'open', forced: false, failures, losses, openedAt: now }
    : { state: 'closed', forced: false, failures, losses };
}
