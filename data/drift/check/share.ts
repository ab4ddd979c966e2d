import betainc from '@stdlib/math-base-special-betainc';
import type { ColumnDrift, DriftPolicy, DriftVerdict } from '../../../contracts/drift.ts';
import { autocorrelationTime, blockLevels, firstOrderTime } from './autocorrelation.ts';
import { judge, type Memory } from './gates.ts';
import { giveBack } from './scratch.ts';

/** Rows that keep a promise (1) or break it (0), in row order. */
export interface ShareRows {
  /** Share of rows that is to keep it, between 0 and 1. */
  promised: number;
  /** Rows that were judged before, which say how alike neighbouring rows are. */
  reference: Float64Array;
  current: Float64Array;
}

export interface ShareResult {
  /** Share of the current rows; null where there are none. */
  current: number | null;
  /** Chance that so few keep a promise that holds, for as many rows as are independent. */
  pValue: number | null;
  /** Lower confidence bound of the shortfall, a difference of shares; null where there are no rows. */
  low: number | null;
  gates: ColumnDrift['gates'];
  verdict: DriftVerdict;
  /** To be passed to the next check. */
  memory: Required<Memory>;
}

const key = 'share';

/**
 * Judges whether a share falls short of what was promised, by the three gates of `judge`: an exact binomial test
 * (one-sided), the shortfall's lower confidence bound (Clopper and Pearson) in deviations of a row that keeps the
 * promise, and persistence. Rows that are alike count as fewer.
 */
export function checkShare(
  { promised, reference, current }: ShareRows,
  policy: DriftPolicy,
  memory: Memory,
): ShareResult {
  const rows = current.length / timeOf(reference, current);
  const kept = current.reduce((sum, hit) => sum + hit, 0) / current.length;
  const measure =
    current.length === 0 ? nothing : measured({ promised, rows, kept: rows * kept }, policy.level);
  const { judgements, memory: next } = judge([{ key, measure }], policy, memory);
  const [{ gates, verdict }] = judgements;
  return {
    current: current.length === 0 ? null : kept,
    pValue: measure.pValue,
    low: measure.effect && measure.effect.low * deviation(promised),
    gates,
    verdict,
    memory: next,
  };
}

const nothing = { pValue: null, effect: null, effectiveRows: 0 };

/** Of whether a row keeps a promise that holds for that share. */
const deviation = (promised: number): number => Math.sqrt(promised * (1 - promised));

function measured({ promised, rows, kept }: { promised: number; rows: number; kept: number }, level: number) {
  const inDeviations = (share: number) => (promised - share) / deviation(promised);
  return {
    pValue: atMost(kept, rows, promised),
    effect: {
      name: 'wasserstein' as const,
      value: inDeviations(kept / rows),
      low: inDeviations(highest(kept, rows, level)),
    },
    effectiveRows: rows,
  };
}

/** Current rows that say as much as one. */
function timeOf(reference: Float64Array, current: Float64Array): number {
  const slow = autocorrelationTime(blockLevels(reference), current.length);
  giveBack();
  return Math.max(slow, firstOrderTime(current));
}

/** P(X ≤ hits) of a binomial X; by the incomplete beta function, so that rows need not be whole. */
const atMost = (hits: number, rows: number, share: number): number =>
  hits >= rows ? 1 : betainc(1 - share, rows - hits, hits + 1);

/** The greatest share that so few hits do not speak against at the level, by bisection. */
function highest(hits: number, rows: number, level: number): number {
  let [low, high] = [hits / rows, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (atMost(hits, rows, middle) > level) low = middle;
    else high = middle;
  }
  return high;
}
