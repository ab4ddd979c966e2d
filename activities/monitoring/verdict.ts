import type { DriftReport } from '../../contracts/drift.ts';
import type { CheckResult } from '../../data/drift/check/index.ts';
import type { Finding } from './quality.ts';

type Judged = Pick<DriftReport, 'verdict' | 'kind' | 'shape'>;

/** The champion's loss, row by row: what it was judged on, and what the streams saw in this check. */
export interface StreamEvidence {
  /** Row ids after which a detector raised an alarm. */
  alarms: readonly number[];
  heldOut: Float64Array;
  streamed: Float64Array;
  /** Of a classification: whether it errs more than other shares of the classes explain. */
  isBeyondShares?: boolean;
}

/** Findings about cells that come from what measures or writes them, not from the process that is modelled. */
const broken = new Set(['missing', 'gone']);

/** Mean of the known values; NaN where there are none. */
export function meanOf(values: Float64Array): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/**
 * What the columns' gates say, the streams over the champion's errors, and its metric on the rows that are new: where
 * that is surely worse than it was judged, what inputs say has changed whether or not a column shows it, and so where
 * shares of classes that moved do not explain its errors. A stream that found a change while the champion errs no more
 * than where it was judged has found an improvement: no drift to act on.
 */
export function judgeReport(
  compared: Pick<CheckResult, 'verdict' | 'kind' | 'shape' | 'columns'>,
  evidence: StreamEvidence | undefined,
  quality: Finding[],
  isSurelyWorse = false,
): Judged {
  const { verdict, shape } = compared;
  const kind = compared.kind === 'label' && evidence?.isBeyondShares ? 'concept' : compared.kind;
  const isAlarm = evidence && evidence.alarms.length > 0;
  if (evidence && (isAlarm || isSurelyWorse) && meanOf(evidence.streamed) > meanOf(evidence.heldOut)) {
    const isExplained = verdict === 'drift' && kind !== undefined && kind !== 'covariate';
    return { verdict: 'drift', kind: isExplained ? kind : 'concept', shape: shape ?? 'abrupt' };
  }
  if (verdict !== 'drift') return { verdict };
  const drifted = compared.columns.filter((column) => column.verdict === 'drift');
  const isBroken = (column: string) =>
    quality.some((finding) => finding.column === column && broken.has(finding.check));
  const isQuality = drifted.length > 0 && drifted.every(({ column }) => isBroken(column));
  return { verdict, kind: isQuality ? 'quality' : kind, shape };
}
