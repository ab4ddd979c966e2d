import { availableParallelism } from 'node:os';
import { environment } from '../../contracts/env.ts';

/** What a thread must know to open libxgboost; threads do not read the environment themselves. */
export interface LibrarySettings {
  /** XGBOOST_LIB; the packaged library where absent. */
  path: string | undefined;
  /** How often libgomp's threads look for work before they sleep. */
  spinCount: number;
}

/**
 * Measured on two cores, fits of 300 rounds on 26,000 rows: libgomp's own count (some 100,000) and 4,000 are
 * equally fast on free cores, 1,000 is a tenth slower. Two fits at once take 23 s, 7 s and 2 s, since a thread
 * that spins holds the core that the other fit waits for.
 */
const spins = { free: 4_000, contended: 1_000 };

/** The settings of this process. */
export function librarySettings(): LibrarySettings {
  const { XGBOOST_LIB: path, RELEVO_COMPUTE_SLOTS: fits, RELEVO_THREADS: threads } = environment();
  const isContended = fits * threads > availableParallelism();
  return { path, spinCount: isContended ? spins.contended : spins.free };
}
