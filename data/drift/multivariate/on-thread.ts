import { runInPool } from '../../../threads/pool.ts';
import type { DomainDrift } from './domain.ts';
import type { DomainTask } from './domain.worker.ts';
import { type Matrix, sampleRows } from './matrix.ts';

/** More rows than the classifier uses: the rest stays here. */
const sentRows = 10_000;

/**
 * `domainDrift` on another thread: a second of work for a hundred inputs.
 * @throws RelevoError CANCELLED
 */
export function domainDriftOnThread(
  reference: Matrix,
  current: Matrix,
  seed: number,
  signal?: AbortSignal,
): Promise<DomainDrift> {
  const sent = (matrix: Matrix, other: number): Matrix =>
    matrix.rows > sentRows ? sampleRows(matrix, sentRows, seed + other) : matrix;
  return runInPool<DomainTask, DomainDrift>(
    new URL('./domain.worker.ts', import.meta.url),
    { reference: sent(reference, 2), current: sent(current, 3), seed },
    signal,
  );
}
