import type { ColumnDrift } from '../../../contracts/drift.ts';

/** What a pool thread finds out about one column; the gates over all columns come after it. */
export interface ColumnMeasure {
  test: string;
  why: ColumnDrift['why'];
  rows: ColumnDrift['rows'];
  missing: ColumnDrift['missing'];
  statistic: number | null;
  pValue: number | null;
  effect: ColumnDrift['effect'];
  /** Smallest effect worth an alarm where it is not the policy's. */
  leastEffect?: number;
  /** Rows of a reference without end that would say as much as both sides do. */
  effectiveRows: number;
  /** Degrees of freedom of a test of categories. */
  freedom?: number;
  newCategories?: string[];
  vanishedCategories?: string[];
  /** Where it seems to have moved: position in the current rows from which on it differs most, and how. */
  change?: { position: number; isGradual: boolean };
  /** A residual whose shape is as it was, and only its mean is not. */
  isOnlyBias?: boolean;
}

export interface MeasureOptions {
  /** `policy.level`: p-values below it are worth a second look. */
  level: number;
  /** Standard normal quantile of the confidence bound of the effect. */
  deviations: number;
  minEffect: number;
}

/** Rows of a reference without end that say as much as `reference` and `current` rows do. */
export const jointRows = (reference: number, current: number): number =>
  reference + current === 0 ? 0 : (reference * current) / (reference + current);
