import type { DriftReport } from './drift.ts';
import type { Params, TaskKind } from './estimator.ts';
import type { Matrix } from './frame.ts';
import type { RetrainAttempt, RetrainMode, RetrainOptions } from './retrain.ts';

/** Functions of a pipeline, in `pipelines/hooks`, that activities call by the names in `spec.retrain.hooks`. */

/** The rows that a fit is about to learn from. */
export interface TrainSituation {
  pipeline: string;
  task: TaskKind;
  candidate: string;
  estimator: string;
  params: Params;
  /** Missing is NaN; the features that the pipeline derives, before the candidate's own steps. */
  features: Matrix;
  /** What is learnt: a number (target minus base) or the index of a class. */
  target: Float64Array;
  /** Ascending with the order in which rows arrived. */
  rowIds: Float64Array;
  signal: AbortSignal;
}
/** What a fit does otherwise than it would have; nothing where empty. */
export interface TrainRecipe {
  /** In place of the parameters of these names. */
  params?: Params;
  /** Positions of the rows to learn from, ascending; all where absent. */
  keep?: Int32Array;
  /** How much each row (of those kept) counts, at least 0. */
  weights?: Float64Array;
}

/** What is known when a way to retrain is chosen. */
export interface RetrainSituation {
  pipeline: string;
  asked: NonNullable<RetrainOptions['mode']>;
  champion: {
    version: string;
    candidate: string;
    estimator: string;
    createdAt: string;
    /** The retrain that made it; undefined where a training did. */
    mode?: RetrainMode;
  };
  /** Rows that may be learned from, and those among them that the champion has not learned. */
  rows: { total: number; fresh: number };
  /** Whether the champion's estimator can go on from a saved model. */
  canContinue: boolean;
  /** What a training anew took the last time, and what the day's budget has left, in minutes. */
  fullMinutes: number | undefined;
  minutesLeft: number;
  /** Of the check that asked. */
  report: DriftReport | undefined;
}
export interface RetrainChoice {
  /** `none`: nothing that a retrain could mend. */
  mode: RetrainMode | 'none';
  /** Whether archived versions are looked at first. */
  archive?: boolean;
  /** Nothing is wrong with the champion: where it keeps its place, nothing else is tried, and no loss is counted. */
  isOptional?: boolean;
  why: string;
}

type Answer<T> = T | Promise<T>;
export interface Hooks {
  /** Shapes the rows and parameters of each fit of the modes that train anew, and of nightly trainings. */
  train: Record<string, (situation: TrainSituation) => Answer<TrainRecipe>>;
  /** Chooses the first mode; the built-in choice holds where it gives nothing. */
  retrain: Record<string, (situation: RetrainSituation) => Answer<RetrainChoice | undefined>>;
  /** Names what is tried next, in place of the declared chain; nothing ends the run. */
  fallback: Record<
    string,
    (situation: RetrainSituation, attempts: RetrainAttempt[]) => Answer<RetrainMode | undefined>
  >;
}
