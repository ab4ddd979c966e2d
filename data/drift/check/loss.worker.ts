import { hasRisen, splitLossChange } from './loss.ts';
import type { LossChange, LossRows } from './types.ts';

export interface LossTask {
  reference: LossRows;
  current: LossRows;
  /** Of the test whether the mean loss has risen. */
  level: number;
}
export interface SplitLoss {
  change: LossChange;
  /** What each input's move would have changed. */
  byColumn: Record<string, number>;
  /** Whether the rise is more than noise. */
  hasRisen: boolean;
}

/** Entry of a pool thread: splits the change of the mean loss. */
export default function splitLoss({ reference, current, level }: LossTask): SplitLoss {
  const { byColumn, ...change } = splitLossChange(reference, current);
  return { change, byColumn, hasRisen: hasRisen(reference.loss, current.loss, level) };
}
