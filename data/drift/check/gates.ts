import type { ColumnDrift, DriftPolicy, DriftVerdict } from '../../../contracts/drift.ts';
import { benjaminiHochberg, onlineObserve } from '../correction/index.ts';
import type { ColumnMeasure } from './measure.ts';
import { upperNormalQuantile } from './normal.ts';

const power = 0.8;
/** An effect so many times the smallest one is to be found with that power, or the rows are too few. */
const detectable = { wasserstein: 5, totalVariation: 2 };
/** Checks remembered beyond those that persistence asks for: what comes and goes shows in them. */
const rememberedChecks = 28;

export interface Memory {
  history: Record<string, boolean[]>;
  online?: unknown;
}
/** What the gates look at. */
export type GateMeasure = Pick<
  ColumnMeasure,
  'pValue' | 'effect' | 'leastEffect' | 'effectiveRows' | 'freedom'
>;
/** A column, or another figure, and what was found about it. */
export interface Measured {
  key: string;
  measure: GateMeasure;
}
export interface Judgement extends Pick<ColumnDrift, 'adjustedPValue' | 'gates' | 'verdict'> {
  /** Gates 1 and 2 in earlier checks and this one, newest last. */
  history: boolean[];
}

/**
 * The three gates. Significance: p-values adjusted over the columns (Benjamini and Hochberg), whose least one is the
 * check's own p-value; the level that the check is judged at keeps the false discovery rate over all checks (LORD++).
 * Magnitude: the effect's lower bound. Persistence: both passed now and in `k` of the last `of` checks.
 */
export function judge(
  columns: readonly Measured[],
  policy: DriftPolicy,
  memory: Memory,
): { judgements: Judgement[]; verdict: DriftVerdict; memory: Required<Memory> } {
  const tested = columns.flatMap(({ measure }) => (measure.pValue === null ? [] : [measure.pValue]));
  const adjusted = benjaminiHochberg(tested)[Symbol.iterator]();
  const pValues = columns.map(({ measure }) =>
    measure.pValue === null ? null : (adjusted.next().value ?? 1),
  );
  const check = onlineObserve(memory.online, Math.min(1, ...pValues.map((value) => value ?? 1)), {
    method: 'lord++',
    level: policy.level,
  });
  const judgements = columns.map(({ key, measure }, i) =>
    judgeColumn(measure, policy, {
      adjustedPValue: pValues[i],
      level: check.level,
      columns: tested.length,
      past: memory.history[key] ?? [],
    }),
  );
  const verdict = overall(judgements);
  // Rows of a check that says nothing are seen again by the next one: it must not count them twice.
  if (verdict === 'insufficient_data')
    return { judgements, verdict, memory: { history: memory.history, online: memory.online ?? null } };
  const judged = columns.map(({ key }, i) => [key, judgements[i].history]);
  return {
    judgements,
    verdict,
    memory: { history: { ...memory.history, ...Object.fromEntries(judged) }, online: check.state },
  };
}

function judgeColumn(
  measure: GateMeasure,
  { minEffect: usual, persistence }: DriftPolicy,
  at: { adjustedPValue: number | null; level: number; columns: number; past: boolean[] },
): Judgement {
  const { adjustedPValue, past } = at;
  const { leastEffect: minEffect = usual } = measure;
  const significance = adjustedPValue !== null && adjustedPValue <= at.level;
  const magnitude = measure.effect !== null && measure.effect.low >= minEffect;
  const passed = significance && magnitude;
  const isEnough =
    measure.effect !== null && measure.effectiveRows >= neededRows(measure, minEffect, at.level / at.columns);
  const history =
    passed || isEnough ? [...past, passed].slice(-Math.max(rememberedChecks, persistence.of)) : past;
  const times = history.slice(-persistence.of).filter(Boolean).length;
  const gates = { significance, magnitude, persistence: passed && times >= persistence.k };
  const calm = isEnough || passed ? 'no_drift' : 'insufficient_data';
  return { adjustedPValue, gates, verdict: gates.persistence ? 'drift' : calm, history };
}

/**
 * Effective rows with which a two-sided test at `level` finds the detectable effect: of a normal column's mean, or of
 * shares, whose Cohen's w is at least twice their total variation.
 */
export function neededRows({ effect, freedom = 1 }: GateMeasure, minEffect: number, level: number): number {
  const reach = upperNormalQuantile(level / 2) + upperNormalQuantile(1 - power);
  if (effect?.name === 'totalVariation') {
    const size = Math.min(1, detectable.totalVariation * minEffect);
    const noncentrality = reach ** 2 + reach * Math.sqrt(2 * Math.max(0, freedom - 1));
    return noncentrality / (2 * size) ** 2;
  }
  return (reach / (detectable.wasserstein * minEffect)) ** 2;
}

function overall(judgements: readonly Judgement[]): DriftVerdict {
  if (judgements.some(({ verdict }) => verdict === 'drift')) return 'drift';
  const judged = judgements.filter(({ verdict }) => verdict !== 'insufficient_data').length;
  return judged > 0 && 2 * judged >= judgements.length ? 'no_drift' : 'insufficient_data';
}
