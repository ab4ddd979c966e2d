import type { DriftKind, DriftShape } from '../../../contracts/drift.ts';
import type { Judgement } from './gates.ts';
import type { SplitLoss } from './loss.worker.ts';
import type { ColumnMeasure } from './measure.ts';
import type { CheckResult, ColumnPair, LossChange } from './types.ts';

/** A column that has drifted. */
export interface Moved {
  column: string;
  role: ColumnPair['role'];
  measure: ColumnMeasure;
  judgement: Judgement;
}

/**
 * What moved. Residuals tell a changed meaning of the inputs from changed inputs: where they moved, the larger part of
 * the loss's change decides, and concept where it is not known.
 */
export function kindOf(moved: readonly Moved[], loss: LossChange | undefined): DriftKind | undefined {
  const of = (role: ColumnPair['role']) => moved.filter((column) => column.role === role);
  const [inputs, residuals] = [of('input'), of('residual')];
  if (residuals.length > 0) {
    if (inputs.length === 0)
      return residuals.every(({ measure }) => measure.isOnlyBias) ? 'calibration' : 'concept';
    const isByInputs = loss !== undefined && Math.abs(loss.covariate) > Math.abs(loss.concept);
    return isByInputs ? 'covariate' : 'concept';
  }
  if (inputs.length > 0) return 'covariate';
  return moved.length > 0 ? 'label' : undefined;
}

/** How it moved: gone and back again over earlier checks, rising within the current rows, or at once. */
export function shapeOf(moved: readonly Moved[]): DriftShape | undefined {
  if (moved.length === 0) return undefined;
  const most = 2 * moved.filter(({ judgement }) => hasComeBack(judgement.history)).length;
  if (most > moved.length) return 'recurring';
  const gradual = moved.filter(({ measure }) => measure.change?.isGradual).length;
  return 2 * gradual > moved.length ? 'gradual' : 'abrupt';
}

/** Whether an earlier stretch of drift ended before this one began. */
function hasComeBack(history: readonly boolean[]): boolean {
  const calm = history.lastIndexOf(false);
  return calm >= 0 && history.slice(0, calm).includes(true);
}

/**
 * Share of the loss's rise that each drifted input explains, where the loss has risen; else its effect times its
 * importance, as shares of their sum.
 */
export function attribute(
  moved: readonly Moved[],
  importance: Record<string, number> | undefined,
  split: SplitLoss | undefined,
): CheckResult['attribution'] {
  const inputs = moved.filter(({ role }) => role === 'input');
  const risen = split?.hasRisen ? split : undefined;
  const weights = inputs.map(({ column, measure }) => {
    if (risen) return Math.max(0, risen.byColumn[column] ?? 0);
    return (measure.effect?.value ?? 0) * Math.max(0, importance?.[column] ?? (importance ? 0 : 1));
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const whole = risen ? Math.max(risen.change.total, sum) : sum;
  return inputs
    .map(({ column }, i) => ({ column, share: whole > 0 ? weights[i] / whole : 0 }))
    .sort((a, b) => b.share - a.share);
}
