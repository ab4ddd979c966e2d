import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { lossDifferences, rowLosses, rowLossOf } from '../evaluation/losses.ts';
import { momentsOf } from '../moments.ts';
import { firstAtLeast } from '../rising.ts';
import { type CandidateContext, type CandidateToFit, fitCandidate } from '../training/fit.ts';
import type { Held } from '../training/heads.ts';
import { rowsAt, type TrainingSet } from '../training/rows.ts';
import { hold, lossOn } from '../training/score.ts';
import { taskOf } from '../training/task.ts';

/** Sizes that a backtest tries beside those that change points name. */
const sizesTried = 6;
/** Rows since a change are all of one kind: so few of them are worth a try. */
const leastSince = 50;

export interface Backtest {
  /** Training rows, the newest. */
  rows: number;
  /** Loss on the validation rows, by size; lower is better. */
  losses: { rows: number; loss: number }[];
}

/**
 * Sizes worth a try: all rows, halved again and again while they hold at least `least`, and what has come since each
 * change point.
 * @param rowIds of the training rows, ascending.
 * @param since row ids from which on something changed.
 */
export function windowSizes(rowIds: ArrayLike<number>, least: number, since: number[]): number[] {
  const all = rowIds.length;
  const halves = Array.from({ length: sizesTried }, (_, power) => Math.round(all / 2 ** power));
  const changes = since.map((id) => all - firstAtLeast(rowIds, id));
  const sizes = [
    ...halves.filter((size) => size >= Math.min(least, all)),
    ...changes.filter((size) => size >= Math.min(leastSince, all)),
  ];
  return [...new Set(sizes)].sort((a, b) => b - a);
}

/** The training rows from a row id on. */
export interface Window {
  rows: number;
  fromRowId: number;
}

/**
 * Fits the candidate on each window of training rows, judges it on the validation rows, which come after them, and
 * takes the widest that is no worse than the best by more than one standard error of their rows' paired losses
 * (Breiman's rule of one standard error): a narrow window that was lucky on few rows forgets what comes back.
 */
export async function backtestWindow(
  spec: PipelineSpec,
  candidate: CandidateToFit,
  { train, validation }: Pick<TrainingSet, 'train' | 'validation'>,
  windows: Window[],
  context: CandidateContext,
): Promise<Backtest> {
  const { threads, signal, seed } = context;
  const tried: { rows: number; loss: number; rowLosses: Float64Array }[] = [];
  const rowLoss = rowLossOf(taskOf(spec), spec.metric, validation.target);
  const lossesOf = ({ predictions }: Held) => rowLosses(rowLoss, validation.target, predictions);
  for (const [done, { rows, fromRowId }] of windows.entries()) {
    context.onStep?.(done, windows.length, undefined);
    const inside = Int32Array.from(train.rowIds.keys()).filter((row) => train.rowIds[row] >= fromRowId);
    const sides = { train: rowsAt(train, inside), validation };
    const fitted = await fitCandidate(spec, candidate, sides, { threads, signal, seed });
    const held = await hold(fitted, validation);
    tried.push({ rows, loss: lossOn(spec, held), rowLosses: lossesOf(held) });
    fitted.dispose();
  }
  const best = tried.reduce((least, next) => (next.loss < least.loss ? next : least));
  const asGood = tried.filter((one) => isAsGood(lossDifferences(one.rowLosses, best.rowLosses)));
  return {
    rows: Math.max(best.rows, ...asGood.map(({ rows }) => rows)),
    losses: tried.map(({ rows, loss }) => ({ rows, loss })),
  };
}

/** Whether the mean of paired differences is at most one standard error above 0. */
export function isAsGood(differences: Float64Array): boolean {
  const count = differences.length;
  const { mean, squares } = momentsOf(differences);
  return mean <= Math.sqrt(squares / Math.max(1, count - 1) / count);
}
