import { quantile } from '../quantile.ts';
import type { TrialRecord } from './tpe.ts';

export interface PruneOptions {
  /** Median: complete trials to know of before one is pruned; 2 unless told. */
  startupTrials?: number;
  /** Median: steps that every trial may take; 10 unless told, or a fifth of the longest trial where that is less. */
  warmupSteps?: number;
  /** ASHA: the first rung's step; a 27th of the longest trial unless told, so that three cuts lie before its end. */
  firstRung?: number;
  /** ASHA: one of how many trials goes on beyond a rung, and how many times as far the next rung is; 3 unless told. */
  reductionFactor?: number;
}

const longest = (history: TrialRecord[]): number =>
  history.reduce((most, { steps }) => Math.max(most, steps.at(-1)?.[0] ?? 0), 0);

/**
 * Whether a trial is worse than the median of the complete trials at the same step (Optuna's MedianPruner). The
 * history's values at a step are as they were reported; `score` is the best so far.
 */
export function isBelowMedian(
  history: TrialRecord[],
  step: number,
  score: number,
  { startupTrials = 2, warmupSteps = Math.min(10, longest(history) / 5) }: PruneOptions = {},
): boolean {
  const complete = history.filter((trial) => trial.score !== undefined);
  if (complete.length === 0 || complete.length < startupTrials || step < warmupSteps) return false;
  if (Number.isNaN(score)) return true;
  const peers = complete.flatMap(({ steps }) =>
    steps.filter(([at, value]) => at === step && !Number.isNaN(value)).map(([, value]) => value),
  );
  return peers.length > 0 && score > quantile(Float64Array.from(peers).sort(), 0.5);
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
