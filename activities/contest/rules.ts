import type { ContestCounts, ContestPolicy } from '../../contracts/contest.ts';
import { pairsToTell, type SequentialResult } from '../../models/evaluation/sequential.ts';

/** Where a contest stands when it looks at its evidence. */
export interface Standing {
  stage: 'shadow' | 'canary' | 'watch';
  /** Of a canary: whether the step after it is the champion's place. */
  isLast: boolean;
  /** Until the stage ends by itself; 0 or less when it does. */
  hoursLeft: number;
  hoursPassed: number;
  /** Since the contest began, and when the step began. */
  now: ContestCounts;
  before: ContestCounts;
  test: SequentialResult;
  /** Mean difference of the losses as they are, not cut off. */
  meanDifference: number;
}
export interface Ruling {
  decision: 'wait' | 'pass' | 'fail';
  reason: string;
}

/** The registry gives no more pairs than these: who cannot tell by then cannot tell. */
export const mostPairs = 50_000;

/** What the evidence says about going on, by the rules of the stage. */
export function rule(standing: Standing, policy: ContestPolicy): Ruling {
  if (standing.stage === 'shadow') return shadow(standing, policy);
  return standing.stage === 'canary' ? canary(standing, policy) : watch(standing, policy);
}

const pass = (reason: string): Ruling => ({ decision: 'pass', reason });
const end = (reason: string): Ruling => ({ decision: 'fail', reason });
const wait = (reason: string): Ruling => ({ decision: 'wait', reason });

const isWorse = ({ test }: Standing): boolean => test.low > 0;
/** The interval is of differences that are cut off: rare, large errors must not turn the mean around. */
const isBetter = ({ test, meanDifference }: Standing): boolean => test.high < 0 && meanDifference < 0;
const worse = ({ test }: Standing): Ruling => end(`shown worse than the champion on ${test.pairs} rows`);

function shadow(standing: Standing, { shadow: { requests, atMostHours } }: ContestPolicy): Ruling {
  const seen = standing.now.requests - standing.before.requests;
  if (isWorse(standing)) return worse(standing);
  if (seen >= requests) return pass(`${seen} requests answered by both`);
  if (standing.hoursLeft <= 0) return end(`only ${seen} of ${requests} requests came in ${atMostHours} h`);
  return wait(`${seen} of ${requests} requests`);
}

/**
 * A step ends when it has seen its rows and the challenger is no worse so far: in doubt a canary stays small, since
 * the rows that both answer come from all of the traffic. The last step waits until it is shown better.
 */
function canary(
  standing: Standing,
  { canary: { outcomesPerStep, atMostHours, level } }: ContestPolicy,
): Ruling {
  const { test, isLast } = standing;
  const seen = standing.now.outcomes - standing.before.outcomes;
  if (isWorse(standing)) return worse(standing);
  if (seen >= outcomesPerStep) {
    if (isLast && isBetter(standing)) return pass(`shown better than the champion on ${test.pairs} rows`);
    if (!isLast && standing.meanDifference <= 0) return pass(`no worse on ${test.pairs} rows`);
  }
  if (standing.hoursLeft <= 0) return end(`not shown better within ${atMostHours} h on ${test.pairs} rows`);
  if (seen >= outcomesPerStep && isFutile(standing, level))
    return end(`cannot be shown better in the time that is left, after ${test.pairs} rows`);
  return wait(`${seen} of ${outcomesPerStep} outcomes of this step, ${test.pairs} in all`);
}

/** A normal deviate that an effect seldom exceeds by chance. */
const optimism = 2;

/** Whether even an effect two standard errors better than what is seen would take more rows than there will be. */
function isFutile({ test, hoursLeft, hoursPassed, now }: Standing, level: number): boolean {
  if (test.pairs >= mostPairs) return true;
  const hopeful = test.mean - optimism * Math.sqrt(test.variance / test.pairs);
  if (hopeful >= 0) return true;
  const pace = now.outcomes / Math.max(hoursPassed, Number.MIN_VALUE);
  const toCome = Math.min(mostPairs, now.outcomes + pace * hoursLeft);
  return pairsToTell(hopeful, test.variance, level) > toCome;
}
function watch(standing: Standing, { watch: { hours, outcomes } }: ContestPolicy): Ruling {
  const { test } = standing;
  if (isWorse(standing)) return end(`shown worse than the former champion on ${test.pairs} rows`);
  if (isBetter(standing) && test.pairs >= outcomes)
    return pass(`shown better than the former champion on ${test.pairs} rows`);
  if (standing.hoursLeft <= 0)
    return pass(`nothing shown against it in ${hours} h, ${test.pairs} rows with outcome`);
  return wait(`${test.pairs} rows with outcome`);
}
