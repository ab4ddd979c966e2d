import type { z } from 'zod';
import type { Checkpoints } from './artifacts.ts';
import type { Matrix } from './frame.ts';
import type { OnnxGraph, TensorName } from './onnx.ts';

export const tasks = ['regression'] as const;
export type Task = (typeof tasks)[number];

/** One dimension of a search. `log` samples evenly in the logarithm; bounds are inclusive. */
export type Dimension =
  | { kind: 'float'; low: number; high: number; log?: boolean }
  | { kind: 'integer'; low: number; high: number; log?: boolean }
  | { kind: 'choice'; options: (string | number | boolean)[] };
export type SearchSpace = Record<string, Dimension>;
export type Params = Record<string, string | number | boolean>;

export interface LabelledRows {
  features: Matrix;
  /** What to learn, one per row, finite. The residual where the pipeline has a base expression. */
  target: Float64Array;
  weights?: Float64Array;
}

export interface FitInput<P> {
  params: P;
  train: LabelledRows;
  /** Where given, estimators that grow in steps stop early on it and report scores (RMSE, lower is better). */
  validation?: LabelledRows;
  seed: number;
  task: Task;
}

export interface FitContext {
  /** Threads the native code may use; part of what makes a fit reproducible to the bit. */
  threads: number;
  signal: AbortSignal;
  checkpoints?: Checkpoints;
  /** Tells how far a fit is and asks whether it is worth going on (median pruning answers `prune`). */
  onStep?(step: number, totalSteps: number, score: number | undefined): 'continue' | 'prune';
}

/** A model that has been fitted: predicts, is saved to bytes, adds itself to an ONNX graph. */
export interface FittedModel {
  /** One number per row of `features`, same columns and order as in training. */
  predict(features: Matrix): Promise<Float64Array>;
  /** The native form, for `Estimator.load`. Equal fits give equal bytes. */
  save(): Promise<Uint8Array>;
  /** Adds the nodes that turn `features` (double, `[N, F]`) into the prediction (double, `[N, 1]`). */
  addToGraph(graph: OnnxGraph, features: TensorName): TensorName;
  /** Steps (rounds) kept, for estimators that grow in steps: refit with this many. */
  steps?: number;
  /** RMSE on the validation rows at the kept step. */
  validationScore?: number;
  /** The step a fit was taken up again from, where a checkpoint was found. */
  resumedFromStep?: number;
  /** Statistical diagnostics for people, JSON-safe (linear regression). */
  diagnostics?: Record<string, unknown>;
  /** Releases native memory. */
  dispose?(): void;
}

/** A kind of model. One file in `models/estimators/`, one line in its index; the contract suite runs on every one. */
export interface Estimator<P = unknown> {
  name: string;
  tasks: readonly Task[];
  /** Parses and defaults the parameters. */
  params: z.ZodType<P>;
  /** What a search varies where the pipeline does not say. */
  searchSpace: SearchSpace;
  /** The parameter that says how many steps to take, where early stopping may find fewer: a refit on more rows sets it. */
  stepsParam?: string;
  /** What the features must be before this estimator sees them; the platform fits and compiles the steps. */
  needs: { complete: boolean; scaled: boolean };
  /** @throws RelevoError TRAINING_FAILED; CANCELLED within a second of `signal`. Throws PrunedError when told to prune. */
  fit(input: FitInput<P>, context: FitContext): Promise<FittedModel>;
  load(bytes: Uint8Array): Promise<FittedModel>;
}

/** Thrown by a fit that was told to prune; not a failure. */
export class PrunedError extends Error {
  override readonly name = 'PrunedError';
  readonly step: number;
  readonly score: number;
  constructor(step: number, score: number) {
    super(`pruned at step ${step} with score ${score}`);
    this.step = step;
    this.score = score;
  }
}
