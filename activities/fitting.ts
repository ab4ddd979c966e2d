import type { Checkpoints } from '../contracts/artifacts.ts';
import type { FitContext } from '../contracts/estimator.ts';
import type { Pulse } from './heartbeat.ts';

/** How this process fits: with how many threads, and where fits in progress are kept. */
export interface Workbench {
  threads: number;
  checkpoints(key: string): Checkpoints;
}

/** What a model was made with. */
export interface Provenance {
  /** Node, platform, versions of the libraries, threads. */
  environment: Record<string, string>;
  /** Commit of this code, marked where files have changed since; the package's version outside a clone. */
  codeRevision: string;
}

export interface Fit {
  /** Of the fit in progress, the same for every attempt at it. */
  key: string;
  label: string;
  seed: number;
  /** Whether the quantiles of an interval are fitted too. */
  withInterval?: boolean;
  onStep?: FitContext['onStep'];
}
export type FittingContext = FitContext & { seed: number; withInterval?: boolean };

/**
 * Gives a fit its context: threads, checkpoints under its key, progress by heartbeat. The checkpoint outlives
 * `run`, so that a kill in between loses nothing, and is forgotten once it has given its result.
 */
export async function withFit<T>(
  { threads, checkpoints }: Workbench,
  { signal, report }: Pulse,
  { key, label, seed, withInterval, onStep }: Fit,
  run: (context: FittingContext) => Promise<T>,
): Promise<T> {
  const kept = checkpoints(key);
  const result = await run({
    threads,
    signal,
    seed,
    withInterval,
    checkpoints: kept,
    onStep: (step, total, score) => {
      report({ phase: label, done: step, total });
      return onStep?.(step, total, score) ?? 'continue';
    },
  });
  await kept.clear();
  return result;
}
