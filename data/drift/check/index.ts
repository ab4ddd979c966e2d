import type { CheckInput, CheckResult, PreparedReference, Values } from './types.ts';

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

/** Sorts or counts a reference column once; `checkColumns` takes the result instead of the column. */
export declare function prepareReference(values: Values, signal?: AbortSignal): Promise<PreparedReference>;

/**
 * Compares current rows with their reference, column by column on pool threads, and judges by three gates: significance
 * (corrected for autocorrelation, over columns and over time), magnitude, persistence.
 * @throws RelevoError CANCELLED when `signal` fires.
 */
export declare function checkColumns(input: CheckInput, signal?: AbortSignal): Promise<CheckResult>;
