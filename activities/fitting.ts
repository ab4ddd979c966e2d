import type { Checkpoints } from '../contracts/artifacts.ts';
import type { FitContext, Params } from '../contracts/estimator.ts';
import { estimator } from '../models/estimators/index.ts';
import { type FittedCandidate, fitCandidate } from '../models/training/fit.ts';
import type { PreparedRows } from '../models/training/prepare.ts';
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
  estimator: string;
  params: Params;
  seed: number;
  train: PreparedRows;
  validation?: PreparedRows;
  onStep?: FitContext['onStep'];
}

/**
 * Fits from the newest checkpoint of the same key, hands the model to `use`, then forgets the checkpoint
 * and frees native memory. The checkpoint outlives `use`, so that a kill in between loses nothing.
 */
export async function fitThen<T>(
  { threads, checkpoints }: Workbench,
  { signal, report }: Pulse,
  fit: Fit,
  use: (fitted: FittedCandidate) => Promise<T>,
): Promise<T> {
  const { key, label, estimator, params, seed, train, validation, onStep } = fit;
  const kept = checkpoints(key);
  const fitted = await fitCandidate(
    { estimator, params },
    { train, validation },
    {
      threads,
      signal,
      seed,
      checkpoints: kept,
      onStep: (step, total, score) => {
        report({ phase: label, done: step, total });
        return onStep?.(step, total, score) ?? 'continue';
      },
    },
  );
  try {
    const result = await use(fitted);
    await kept.clear();
    return result;
  } finally {
    fitted.model.dispose?.();
  }
}

/** The parameters for a fit without validation rows, which could not stop early. */
export function withSteps(name: string, params: Params, steps: number | undefined): Params {
  const { stepsParam } = estimator(name);
  return stepsParam && steps !== undefined ? { ...params, [stepsParam]: steps } : params;
}

/** Rows of both sides, in that order. */
export function joinRows(first: PreparedRows, second: PreparedRows): PreparedRows {
  const join = (a: Float64Array, b: Float64Array): Float64Array => {
    const joined = new Float64Array(a.length + b.length);
    joined.set(a);
    joined.set(b, a.length);
    return joined;
  };
  return {
    features: {
      rows: first.features.rows + second.features.rows,
      names: first.features.names,
      data: join(first.features.data, second.features.data),
    },
    target: join(first.target, second.target),
    base: join(first.base, second.base),
    residual: join(first.residual, second.residual),
    rowIds: join(first.rowIds, second.rowIds),
  };
}
