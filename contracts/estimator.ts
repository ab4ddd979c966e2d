import type { z } from 'zod';
import type { Checkpoints } from './artifacts.ts';
import type { Matrix } from './frame.ts';
import type { OnnxGraph, TensorName } from './onnx.ts';

/** What a model learns. Targets of a classification are class indices, 0 to classes − 1. */
export type Task =
  | { kind: 'regression' }
  /** Quantiles of the target at these levels, ascending, within 0..1. */
  | { kind: 'quantile'; levels: number[] }
  /** `ordered`: the order of the classes means something. */
  | { kind: 'classification'; classes: number; ordered: boolean };
export type TaskKind = Task['kind'];

/** Numbers that a model answers per row: one, one per level, or one probability per class. */
export function outputsOf(task: Task): number {
  if (task.kind === 'quantile') return task.levels.length;
  return task.kind === 'classification' ? task.classes : 1;
}

/** One dimension of a search. `log` samples evenly in the logarithm; bounds are inclusive. */
export type Dimension =
  | { kind: 'float'; low: number; high: number; log?: boolean }
  | { kind: 'integer'; low: number; high: number; log?: boolean }
  | { kind: 'choice'; options: (string | number | boolean)[] };
export type SearchSpace = Record<string, Dimension>;
export type Params = Record<string, string | number | boolean>;

export interface LabelledRows {
  features: Matrix;
  /** What to learn, one per row, finite: a number (the residual where the pipeline has a base expression) or a class index. */
  target: Float64Array;
  /** At least 0, one per row; 1 each where absent. */
  weights?: Float64Array;
}

/** What the physics or the law demands of a model, by feature name; estimators that cannot obey refuse. */
export interface Constraints {
  monotone?: Record<string, 'increasing' | 'decreasing'>;
  /** Only features of one group may meet in one tree path; a feature in no group stands alone. */
  interactions?: string[][];
}

/** A model inside of an ensemble: fitted by the ensemble on its own rows, behind the steps that it needs. */
export interface Member {
  name: string;
  estimator: string;
  params: Params;
}

export interface FitInput<P> {
  params: P;
  train: LabelledRows;
  /** Where given, estimators that grow in steps stop early on it and report scores (the task's loss, see `FittedModel.validationScore`). */
  validation?: LabelledRows;
  seed: number;
  task: Task;
  constraints?: Constraints;
  /** Of an ensemble (stacking, voting); empty for all others. */
  members?: Member[];
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
  /** Numbers per row: see `outputsOf`. */
  outputs: number;
  /** `outputs` numbers per row of `features`, row-major; same columns and order as in training. Probabilities add up to 1; quantiles ascend. */
  predict(features: Matrix): Promise<Float64Array>;
  /** The native form, for `Estimator.load`. Equal fits give equal bytes. */
  save(): Promise<Uint8Array>;
  /** Adds the nodes that turn `features` (double, `[N, F]`) into the prediction (double, `[N, outputs]`). */
  addToGraph(graph: OnnxGraph, features: TensorName): TensorName;
  /** Steps (rounds) kept, for estimators that grow in steps: refit with this many. */
  steps?: number;
  /** Loss on the validation rows at the kept step: RMSE, mean pinball loss over the levels, or log-loss in nats. */
  validationScore?: number;
  /** The step a fit was taken up again from, where a checkpoint was found. */
  resumedFromStep?: number;
  /** Statistical diagnostics for people, JSON-safe (linear regression). */
  diagnostics?: Record<string, unknown>;
  /** The trees, for exact Shapley values, where the model is a sum of trees. */
  trees?(): TreeModel;
  /** Releases native memory. */
  dispose?(): void;
}

/** Binary trees as columns, by node; node 0 is the root. */
export interface DecisionTree {
  /** Child below the threshold and child otherwise; −1 at a leaf. */
  left: ArrayLike<number>;
  right: ArrayLike<number>;
  feature: ArrayLike<number>;
  /** Threshold of an inner node, output of a leaf. */
  value: ArrayLike<number>;
  /** 1 where a missing value goes left. */
  missingLeft: ArrayLike<number>;
  /** Weight of the training rows that came by. */
  cover: ArrayLike<number>;
  /** Which output the leaf adds to. */
  output: number;
}
export interface TreeModel {
  trees: DecisionTree[];
  /** What each output starts from. */
  base: number[];
  /** `below`: x < threshold goes left; `at-most`: x ≤ threshold does. */
  comparison: 'below' | 'at-most';
  /** Whether features are rounded to single precision before they are compared. */
  singlePrecision: boolean;
  /** What makes predictions of the sums: nothing, a softmax, the logistic function of one sum for two classes, or shares of their total. */
  link: 'identity' | 'softmax' | 'logistic' | 'share';
}

/** A kind of model. One file in `models/estimators/`, one line in its index; the contract suite runs on every one. */
export interface Estimator<P = unknown> {
  name: string;
  tasks: readonly TaskKind[];
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
  /**
   * Goes on from a saved model with new rows of the same columns: `continue` adds steps (as many as the parameters
   * say), `refresh` keeps the structure and learns the leaves anew.
   */
  update?(
    bytes: Uint8Array,
    mode: 'continue' | 'refresh',
    input: FitInput<P>,
    context: FitContext,
  ): Promise<FittedModel>;
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
