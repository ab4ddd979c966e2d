import { quantile } from '../quantile.ts';
import type { TrialRecord } from './tpe.ts';

export interface PruneOptions {
  /** Median: complete trials before any is pruned; 5 unless told. */
  startupTrials?: number;
  /** Median: steps that every trial may take; 50 unless told, or a fifth of the longest trial where that is less. */
  warmupSteps?: number;
  /** Median: whether a trial goes on that could still become the best; true unless told. */
  sparesHopeful?: boolean;
  /** ASHA: the first rung's step; a 27th of the longest trial unless told, so that three cuts lie before its end. */
  firstRung?: number;
  /** ASHA: one of how many trials goes on beyond a rung, and how many times as far the next rung is; 3 unless told. */
  reductionFactor?: number;
}

const longest = (history: TrialRecord[]): number =>
  history.reduce((most, { steps }) => Math.max(most, steps.at(-1)?.[0] ?? 0), 0);

/**
 * Whether a trial is worse than the median of the complete trials at the same step (Optuna's MedianPruner) and beyond
 * hope: it would not become the best if it gained from here on what the complete trial gained that gained most. The
 * median alone ends every slow learner, and half of the trials of a search whose scores differ by little but chance.
 * The history's values at a step are as they were reported; `score` is the best so far.
 */
export function isBelowMedian(
  history: TrialRecord[],
  step: number,
  score: number,
  {
    startupTrials = 5,
    warmupSteps = Math.min(50, longest(history) / 5),
    sparesHopeful = true,
  }: PruneOptions = {},
): boolean {
  const complete = history.filter((trial) => trial.score !== undefined);
  if (complete.length === 0 || complete.length < startupTrials || step < warmupSteps) return false;
  if (Number.isNaN(score)) return true;
  const peers = complete.flatMap(({ steps, score: final = Number.NaN }) =>
    steps.filter(([at, value]) => at === step && !Number.isNaN(value)).map(([, value]) => ({ value, final })),
  );
  if (peers.length === 0) return false;
  const middle = quantile(Float64Array.from(peers, ({ value }) => value).sort(), 0.5);
  if (score <= middle) return false;
  return !sparesHopeful || !isHopeful(score, peers, complete);
}

/** Whether the largest gain of a peer from the same step on would make a score at least as good as the best. */
function isHopeful(
  score: number,
  peers: { value: number; final: number }[],
  complete: TrialRecord[],
): boolean {
  const largestGain = peers.reduce((most, { value, final }) => Math.max(most, value - final), 0);
  const best = complete.reduce((least, { score: final = least }) => Math.min(least, final), Infinity);
  return score - largestGain <= best;
}

/**
 * Whether a trial that reaches a rung is not among the best third of all trials that came so far, itself among
 * them (ASHA: Li et al. 2020, in Optuna's form, which stops instead of pausing). Rungs are at 1, 3, 9, … times the
 * first one's step; a trial meets a rung at its first reported step from there on.
 */
export function isOutrun(
  history: TrialRecord[],
  step: number,
  score: number,
  { reductionFactor = 3, firstRung = Math.max(1, longest(history) / 27) }: PruneOptions = {},
): boolean {
  const previous = history.reduce(
    (latest, { steps }) => steps.reduce((most, [at]) => (at < step ? Math.max(most, at) : most), latest),
    Number.NEGATIVE_INFINITY,
  );
  const rungs: number[] = [];
  for (let rung = firstRung; rung <= step; rung *= reductionFactor) if (rung > previous) rungs.push(rung);
  if (rungs.length === 0) return false;
  if (Number.isNaN(score)) return true;
  return rungs.some((rung) => {
    const scores = history.map((trial) => scoreAt(trial, rung)).filter((value) => value !== undefined);
    const ranked = [...scores, score].sort((a, b) => a - b);
    return score > ranked[Math.max(0, Math.floor(ranked.length / reductionFactor) - 1)];
  });
}

/** The best score of a trial up to where it met a rung; undefined where it did not come so far. */
function scoreAt({ steps }: TrialRecord, rung: number): number | undefined {
  const met = steps.findIndex(([at]) => at >= rung);
  if (met < 0) return undefined;
  const known = steps
    .slice(0, met + 1)
    .map(([, value]) => value)
    .filter((value) => !Number.isNaN(value));
  return known.length === 0 ? undefined : Math.min(...known);
}
