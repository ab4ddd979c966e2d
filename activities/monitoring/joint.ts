import type { DriftPolicy, DriftReport } from '../../contracts/drift.ts';
import type { Frame } from '../../contracts/frame.ts';
import { domainDriftOnThread } from '../../data/drift/multivariate/index.ts';
import { matrixOf } from './matrix.ts';

const leastRows = 20;
/** AUC above one half that a shift by one deviation of one input gives, per deviation, for small shifts. */
const aucPerDeviation = 1 / (2 * Math.sqrt(Math.PI));

/**
 * Whether all inputs at once tell current rows from the reference, as when a correlation breaks and no column moves.
 * Evidence beside the columns' verdict, which alone keeps the policy's level.
 */
export async function jointDrift(
  names: string[],
  reference: Frame,
  current: Frame,
  { policy, seed, signal }: { policy: DriftPolicy; seed: number; signal: AbortSignal },
): Promise<NonNullable<DriftReport['joint']> | undefined> {
  const both = names.filter((name) => reference.columns[name]?.kind === current.columns[name]?.kind);
  const sides = [reference, current].map((frame) => matrixOf(both, frame));
  if (sides[0].width === 0 || sides[0].width !== sides[1].width) return undefined;
  const method = 'domain classifier';
  if (Math.min(reference.rows, current.rows) < leastRows)
    return { method, auc: 0.5, pValue: 1, verdict: 'insufficient_data' };
  const { auc, pValue } = await domainDriftOnThread(sides[0], sides[1], seed, signal);
  const isLarge = auc - 0.5 >= aucPerDeviation * policy.minEffect;
  return { method, auc, pValue, verdict: pValue < policy.level && isLarge ? 'drift' : 'no_drift' };
}
