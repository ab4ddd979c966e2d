import type { ColumnDrift, DriftPolicy } from '../../../contracts/drift.ts';
import { runInPool } from '../../../threads/pool.ts';
import type { ColumnTask } from './column.worker.ts';
import { attribute, kindOf, type Moved, shapeOf } from './findings.ts';
import { type Judgement, judge } from './gates.ts';
import { inLanes } from './lanes.ts';
import type { LossTask, SplitLoss } from './loss.worker.ts';
import type { ColumnMeasure, MeasureOptions } from './measure.ts';
import { upperNormalQuantile } from './normal.ts';
import { type LaneMemory, newLaneMemory, onLane } from './shared.ts';
import type { CheckInput, CheckResult, PreparedReference, Values } from './types.ts';

export { adviseRetrain } from './advice.ts';
export { checkShare } from './share.ts';
export type {
  Categories,
  CheckInput,
  CheckResult,
  ColumnPair,
  LossRows,
  PreparedReference,
  Values,
} from './types.ts';

const columnWorker = new URL('./column.worker.ts', import.meta.url);
const lossWorker = new URL('./loss.worker.ts', import.meta.url);

/** Sorts or counts a reference column once; `checkColumns` takes the result instead of the column. */
export function prepareReference(values: Values, signal?: AbortSignal): Promise<PreparedReference> {
  return runInPool<ColumnTask, PreparedReference>(columnWorker, { prepare: values }, signal);
}

/**
 * Compares current rows with their reference, column by column on pool threads, and judges by three gates: significance
 * (corrected for autocorrelation, over columns and over time), magnitude, persistence. Rows that are too few to find a
 * drift worth an alarm are `insufficient_data`, and leave history and online state as they were.
 * @throws RelevoError CANCELLED when `signal` fires; DRIFT_STATE_INVALID where `online` is none that a check gave.
 */
export async function checkColumns(input: CheckInput, signal?: AbortSignal): Promise<CheckResult> {
  const { policy } = input;
  const options: MeasureOptions = {
    level: policy.level,
    deviations: upperNormalQuantile(policy.level),
    minEffect: policy.minEffect,
  };
  const memories: LaneMemory[] = [];
  const columns = await inLanes(input.columns, async (read, lane) => {
    const pair = typeof read === 'function' ? await read(lane) : read;
    memories[lane] ??= newLaneMemory();
    const task = { pair: onLane(pair, memories[lane]), options };
    const measure = await runInPool<ColumnTask, ColumnMeasure>(columnWorker, task, signal);
    const { column, role, kind } = pair;
    return { key: `${role}:${column}`, column, role, kind, measure };
  });
  const { judgements, verdict, memory } = judge(columns, policy, input);
  const moved = columns.flatMap((about, i): Moved[] =>
    judgements[i].verdict === 'drift' ? [{ ...about, judgement: judgements[i] }] : [],
  );
  const split = moved.length > 0 ? await splitLosses(input, signal) : undefined;
  const kind = kindOf(moved, split?.change);
  const shape = shapeOf(moved);
  return {
    columns: columns.map((about, i) => driftOf(about, judgements[i], input.rowIds)),
    verdict,
    ...(kind && { kind }),
    ...(shape && { shape }),
    attribution: attribute(moved, input.importance, split),
    ...(split && { lossChange: split.change }),
    history: memory.history,
    online: memory.online,
  };
}

/** Fewest rows of either side whose loss is known. */
const leastLosses = 50;

async function splitLosses(
  { losses, policy }: { losses?: CheckInput['losses']; policy: DriftPolicy },
  signal?: AbortSignal,
): Promise<SplitLoss | undefined> {
  if (losses === undefined) return undefined;
  if (Math.min(losses.reference.loss.length, losses.current.loss.length) < leastLosses) return undefined;
  return await runInPool<LossTask, SplitLoss>(lossWorker, { ...losses, level: policy.level }, signal);
}

function driftOf(
  { column, role, kind, measure }: Omit<Moved, 'judgement'> & Pick<ColumnDrift, 'kind'>,
  { history: _, ...judgement }: Judgement,
  rowIds: Float64Array,
): ColumnDrift {
  const { test, why, rows, missing, statistic, pValue, effect, change } = measure;
  const isSince = judgement.verdict === 'drift' && change !== undefined && rows.current === rowIds.length;
  return {
    column,
    role,
    kind,
    test,
    why,
    rows,
    missing,
    statistic,
    pValue,
    effect,
    ...judgement,
    ...(isSince && { sinceRowId: rowIds[change.position] }),
    ...(measure.newCategories?.length && { newCategories: measure.newCategories }),
    ...(measure.vanishedCategories?.length && { vanishedCategories: measure.vanishedCategories }),
  };
}
