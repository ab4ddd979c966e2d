import type { ColumnDrift, DriftPolicy } from '../../../contracts/drift.ts';
import { runInPool } from '../../../threads/pool.ts';
import type { ColumnTask } from './column.worker.ts';
import { attribute, kindOf, type Moved, shapeOf } from './findings.ts';
import { type Judgement, judge } from './gates.ts';
import { inLanes } from './lanes.ts';
import type { LossTask, SplitLoss } from './loss.worker.ts';
import type { ColumnMeasure, MeasureOptions } from './measure.ts';
import type { CheckInput, CheckResult, ColumnPair, PreparedReference, Values } from './types.ts';

export { adviseRetrain } from './advice.ts';
export type {
  Categories,
  CheckInput,
  CheckResult,
  ColumnPair,
  LossChange,
  LossRows,
  PreparedReference,
  Values,
} from './types.ts';

const columnWorker = new URL('./column.worker.ts', import.meta.url);
const lossWorker = new URL('./loss.worker.ts', import.meta.url);

/** Sorts or counts a reference column once; `checkColumns` takes the result instead of the column. */
export const prepareReference = (values: Values, signal?: AbortSignal): Promise<PreparedReference> =>
  runInPool<ColumnTask, PreparedReference>(columnWorker, { prepare: values }, signal);

/**
 * Compares current rows with their reference, column by column on pool threads, and judges by three gates: significance
 * (corrected for autocorrelation, over columns and over time), magnitude, persistence. Rows that are too few to find a
 * drift worth an alarm are `insufficient_data`, and leave history and online state as they were.
 * @throws RelevoError CANCELLED when `signal` fires; DRIFT_STATE_INVALID where `online` is none that a check gave.
 */
export async function checkColumns(input: CheckInput, signal?: AbortSignal): Promise<CheckResult> {
  const { columns, policy } = input;
  const options: MeasureOptions = { level: policy.level, minEffect: policy.minEffect };
  const measures = await inLanes(columns, (pair) =>
    runInPool<ColumnTask, ColumnMeasure>(columnWorker, { pair, options }, signal),
  );
  const measured = columns.map((pair, i) => ({ key: keyOf(pair), measure: measures[i] }));
  const { judgements, verdict, memory } = judge(measured, policy, input);
  const moved = columns.flatMap(({ column, role }, i): Moved[] =>
    judgements[i].verdict === 'drift'
      ? [{ column, role, measure: measures[i], judgement: judgements[i] }]
      : [],
  );
  const split = moved.length > 0 ? await splitLosses(input, signal) : undefined;
  const kind = kindOf(moved, split?.change);
  const shape = shapeOf(moved);
  return {
    columns: columns.map((pair, i) => driftOf(pair, measures[i], judgements[i], input)),
    verdict,
    ...(kind && { kind }),
    ...(shape && { shape }),
    attribution: attribute(moved, input.importance, split),
    ...(split && { lossChange: split.change }),
    history: memory.history,
    online: memory.online,
  };
}

const keyOf = ({ role, column }: ColumnPair): string => `${role}:${column}`;

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
  { column, role, kind, current }: ColumnPair,
  measure: ColumnMeasure,
  { history: _, ...judgement }: Judgement,
  { rowIds }: CheckInput,
): ColumnDrift {
  const { test, why, rows, missing, statistic, pValue, effect, change } = measure;
  const rowsOfCurrent = current instanceof Float64Array ? current.length : current.codes.length;
  const isSince = judgement.verdict === 'drift' && change !== undefined && rowsOfCurrent === rowIds.length;
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
