import type { DriftReport } from '../../contracts/drift.ts';
import { momentsOf } from '../../models/moments.ts';
import { changePoints } from '../changes.ts';
import type { Asked } from './work.ts';

type Since = NonNullable<DriftReport['performance']>['since'];

/** Fewest losses of either side whose mean says anything. */
const leastLosses = 20;

/**
 * How much more the champion errs on new rows since the first change that a check has found than where it was judged;
 * undefined where there is none, or too few rows have a known loss.
 */
export function errorsSince(
  { heldOut, streamed }: Asked,
  found: Pick<DriftReport, 'columns' | 'streams'>,
): Since {
  const [rowId] = changePoints(found);
  if (rowId === undefined) return undefined;
  const { rowIds } = streamed.frame;
  const before = knownOf(heldOut.answers.loss);
  const after = knownOf(streamed.answers.loss.filter((_, row) => rowIds[row] >= rowId));
  if (Math.min(before.rows, after.rows) < leastLosses) return undefined;
  const deviation = Math.sqrt(before.variance + after.variance);
  return { rowId, rows: after.rows, rise: after.mean - before.mean, deviation };
}

/** Of the known losses. */
function knownOf(losses: Float64Array): { rows: number; mean: number; variance: number } {
  const known = losses.filter((loss) => !Number.isNaN(loss));
  const rows = known.length;
  const { mean, squares } = momentsOf(known);
  return { rows, mean, variance: squares / rows };
}
