import { quantile } from '../quantile.ts';
import type { TrialRecord } from './tpe.ts';

export interface PruneOptions {
  /** Complete trials before any is pruned. */
  startupTrials?: number;
  /** Steps that every trial may take. */
  warmupSteps?: number;
}

/**
 * Whether a trial is worse than the median of the complete trials at the same step (Optuna's MedianPruner).
 * Pure: it depends on the given history alone.
 * @param history finished trials; those without a score at `step` do not count.
 * @param score the best score of the trial up to `step`, lower is better; a missing one (NaN) is pruned.
 */
export function shouldPrune(
  history: TrialRecord[],
  step: number,
  score: number,
  { startupTrials = 5, warmupSteps = 50 }: PruneOptions = {},
): boolean {
  const complete = history.filter((trial) => trial.score !== undefined);
  if (complete.length === 0 || complete.length < startupTrials || step < warmupSteps) return false;
  if (Number.isNaN(score)) return true;
  const scores = complete
    .flatMap(({ steps }) => steps.filter(([at]) => at === step).map(([, value]) => value))
    .filter((value) => !Number.isNaN(value));
  return scores.length > 0 && score > quantile(Float64Array.from(scores).sort(), 0.5);
}
