import type {
  ColumnDrift,
  DriftKind,
  DriftPolicy,
  DriftReport,
  DriftShape,
  DriftVerdict,
} from '../../../contracts/drift.ts';
import type { BlockLevel } from './autocorrelation.ts';

/** A category column; each side of a comparison has labels of its own. */
export interface Categories {
  /** Index into `labels`; −1 where missing. */
  codes: Int32Array;
  labels: string[];
}
export type Values = Float64Array | Categories;

/** A reference column sorted or counted once, for any number of checks; structured-cloneable. */
export type PreparedReference =
  | {
      prepared: 'number';
      /** Ascending, without missing values. */
      sorted: Float64Array;
      /** Missing ones included. */
      rows: number;
      /** How alike neighbouring rows are. */
      levels: BlockLevel[];
    }
  | {
      prepared: 'category';
      counts: Map<string, number>;
      rows: number;
      levels: BlockLevel[];
    };

/** One column on both sides, in row order; NaN or code −1 where missing. */
export interface ColumnPair {
  column: string;
  role: ColumnDrift['role'];
  kind: ColumnDrift['kind'];
  reference: Values | PreparedReference;
  current: Values;
}

/**
 * Called when its column's turn comes; what it reads is copied at once and not kept. No two columns of one lane are
 * read at a time, so that they may be read into the same arrays.
 */
export type ColumnReader = (lane: number) => Promise<ColumnPair>;

/** Rows with known loss, and the inputs of the very same rows. */
export interface LossRows {
  /** Of the champion: 0 or 1, or an absolute residual. */
  loss: Float64Array;
  inputs: Record<string, Values>;
}

export interface CheckInput {
  columns: (ColumnPair | ColumnReader)[];
  policy: DriftPolicy;
  /** Row ids of the current rows, in order. */
  rowIds: Float64Array;
  /** What the last check's result had as `history`; {} at first. */
  history: Record<string, boolean[]>;
  /** What the last check's result had as `online`; absent at first. */
  online?: unknown;
  /** Of the champion's inputs; equal where absent. */
  importance?: Record<string, number>;
  /** Where both are there, the change of the loss is split into what inputs and what their meaning explain. */
  losses?: { reference: LossRows; current: LossRows };
}

/** How much of a change of the mean loss comes with other inputs, and how much at equal inputs. */
export interface LossChange {
  total: number;
  covariate: number;
  concept: number;
}

export interface CheckResult {
  columns: ColumnDrift[];
  verdict: DriftVerdict;
  kind?: DriftKind;
  shape?: DriftShape;
  attribution: DriftReport['attribution'];
  lossChange?: LossChange;
  /** By role and column: whether gates 1 and 2 were passed, newest last. To be passed to the next check. */
  history: Record<string, boolean[]>;
  /** JSON-safe memory of the online false discovery rate. To be passed to the next check. */
  online: unknown;
}
