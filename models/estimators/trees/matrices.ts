import { createHash } from 'node:crypto';
import { NativeMatrix } from '../../native/booster.ts';
import type { Xgboost } from '../../native/xgboost.ts';
import type { GrowTask } from './protocol.ts';

/** The rows of a fit in libxgboost's own form. */
export interface Matrices {
  train: NativeMatrix;
  validation: NativeMatrix | undefined;
}

/** Cells up to which a thread keeps its last rows: some 40 MB with their histogram bins. */
const mostCells = 4_000_000;

let kept: (Matrices & { key: string }) | undefined;

/**
 * Runs a fit on its rows in libxgboost's form. They are kept on this thread for a next fit on the same rows, since
 * the trials of a search would otherwise spend up to a fifth of their time on sorting the same columns into bins.
 * @param digest names the rows.
 */
export function withMatrices<T>(
  api: Xgboost,
  task: GrowTask,
  digest: string,
  work: (matrices: Matrices) => T,
): T {
  const key = `${digest} ${task.threads} ${task.library.path}`;
  if (kept?.key !== key) {
    forget();
    kept = { key, ...makeMatrices(api, task) };
  }
  const cells = (task.train.rows + (task.validation?.rows ?? 0)) * task.train.columns;
  // libxgboost has its own copy now; for many rows this one is worth letting go.
  task.train.features = new Float32Array();
  try {
    return work(kept);
  } finally {
    if (cells > mostCells) forget();
  }
}

function forget(): void {
  kept?.train.dispose();
  kept?.validation?.dispose();
  kept = undefined;
}

function makeMatrices(api: Xgboost, task: GrowTask): Matrices {
  const train = new NativeMatrix(api, task.train, task.threads);
  try {
    return { train, validation: task.validation && new NativeMatrix(api, task.validation, task.threads) };
  } catch (error) {
    train.dispose();
    throw error;
  }
}

/** Names the rows of a fit by their content. */
export function rowsDigest({ train, validation }: GrowTask): string {
  const hash = createHash('sha256');
  for (const rows of [train, validation]) {
    hash.update(`|${rows?.rows ?? 0}×${rows?.columns ?? 0}`);
    for (const values of [rows?.features, rows?.target, rows?.weights])
      hash.update(values === undefined ? '-' : '+').update(values ?? '');
  }
  return hash.digest('hex');
}
