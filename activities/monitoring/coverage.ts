import type { DriftPolicy, DriftReport } from '../../contracts/drift.ts';
import { checkShare } from '../../data/drift/check/index.ts';
import { covers } from '../../models/evaluation/metrics.ts';
import type { ModelVersion, MonitorState } from '../../registry/types.ts';
import type { Answers } from './answers.ts';

type Scored = Answers['scored'];

interface Coverage {
  report: NonNullable<NonNullable<DriftReport['performance']>['coverage']>;
  /** What the next check goes on from. */
  memory: NonNullable<MonitorState['coverage']>;
}

/**
 * Whether a champion's intervals cover less of the actual values than they state. Another champion's intervals begin
 * anew, but for the control of false alarms over all checks. Undefined where it gives none.
 */
export function coverageOf(
  { version, spec: { interval } }: Pick<ModelVersion, 'version' | 'spec'>,
  { heldOut, current }: { heldOut: Scored; current: Scored },
  { policy, memory }: { policy: DriftPolicy; memory: MonitorState | undefined },
): Coverage | undefined {
  const [before, now] = [coveredOf(heldOut), coveredOf(current)];
  if (interval === undefined || before === undefined || now === undefined) return undefined;
  const known = memory?.coverage;
  const judged = checkShare({ promised: interval.level, reference: before, current: now }, policy, {
    history: memory?.modelVersion === version ? (known?.history ?? {}) : {},
    online: known?.online,
  });
  const { current: share, pValue, low, gates, verdict } = judged;
  const rows = now.length;
  const reference = shareOf(before);
  return {
    report: { promised: interval.level, reference, current: share, rows, pValue, low, gates, verdict },
    memory: judged.memory,
  };
}

/** 1 for each actual value that lies within its interval, else 0; undefined where the answers have none. */
function coveredOf({ actual, predictions: { interval } }: Scored): Float64Array | undefined {
  if (actual.length === 0) return new Float64Array(0);
  return interval && actual.map((value, row) => Number(covers(interval, row, value)));
}

const shareOf = (hits: Float64Array): number | null =>
  hits.length === 0 ? null : hits.reduce((sum, hit) => sum + hit, 0) / hits.length;
