import { PrunedError } from '../../contracts/estimator.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { joinNumbers } from '../../inference/joined.ts';
import { estimator as estimatorByName } from '../estimators/index.ts';
import { makeFolds } from '../evaluation/folds.ts';
import { lossOf } from '../evaluation/judge.ts';
import {
  type CandidateContext,
  type CandidateToFit,
  companionQuantiles,
  type FittedCandidate,
} from './candidate.ts';
import { needsCompanion } from './companion.ts';
import { fitCandidate } from './fit.ts';
import type { Held } from './heads.ts';
import { joinRows, type PreparedRows, rowsAt, type TrainingSet } from './rows.ts';
import { withSteps } from './steps.ts';
import { taskOf } from './task.ts';

/** How well a candidate does on rows that it has not learned from. */
export interface Scored {
  /** Loss of the pipeline's metric; lower is better. The mean over folds, where there are any. */
  score: number;
  folds?: number[];
  /** Steps that early stopping kept; the median over folds. */
  steps?: number;
  companionSteps?: number;
  resumedFromStep?: number;
  held: Held;
}

/**
 * Scores a candidate as the pipeline's `validation` says: on the validation rows, or by cross-validation over training
 * and validation rows together. A fold is scored on rows that neither its fit nor its early stopping has seen.
 * @throws PrunedError where `onStep` says so: for a cross-validation it hears the fold, how many there are, and the
 * mean loss so far.
 */
export const scoreCandidate = (
  spec: PipelineSpec,
  candidate: CandidateToFit,
  set: TrainingSet,
  context: CandidateContext,
): Promise<Scored> =>
  spec.validation.kind === 'holdout'
    ? scoreHoldout(spec, candidate, set, context)
    : scoreFolds(spec, candidate, joinRows(set.train, set.validation), context);

async function scoreHoldout(
  spec: PipelineSpec,
  candidate: CandidateToFit,
  { train, validation }: TrainingSet,
  context: CandidateContext,
): Promise<Scored> {
  const fitted = await fitCandidate(spec, candidate, { train, validation }, context);
  try {
    const held = await hold(fitted, validation);
    const { steps, resumedFromStep } = fitted.model;
    const companionSteps = fitted.companion?.model.steps;
    return { score: lossOn(spec, held), steps, companionSteps, resumedFromStep, held };
  } finally {
    fitted.dispose();
  }
}

/** What a model says of rows that it has not learned from. */
export async function hold(fitted: FittedCandidate, rows: PreparedRows): Promise<Held> {
  return {
    rows,
    predictions: await fitted.predict(rows),
    companionQuantiles: await companionQuantiles(fitted, rows),
  };
}

/** Loss of the pipeline's metric on held rows; lower is better. */
export const lossOn = (spec: PipelineSpec, { rows, predictions }: Held): number =>
  lossOf(spec.metric, taskOf(spec), rows.target, predictions);

interface Fold {
  train: Int32Array;
  test: Int32Array;
}

async function scoreFolds(
  spec: PipelineSpec,
  candidate: CandidateToFit,
  rows: PreparedRows,
  context: CandidateContext,
): Promise<Scored> {
  const folds = foldsOf(spec, rows, context.seed);
  const losses: number[] = [];
  const kept: KeptSteps[] = [];
  const held: Held[] = [];
  for (const [index, fold] of folds.entries()) {
    const result = await scoreFold(spec, candidate, rows, fold, context);
    held.push(result.held);
    losses.push(lossOn(spec, result.held));
    kept.push(result.kept);
    const mean = meanOf(losses);
    const isLast = index === folds.length - 1;
    if (context.onStep?.(index + 1, folds.length, mean) === 'prune' && !isLast)
      throw new PrunedError(index + 1, mean);
  }
  return {
    score: meanOf(losses),
    folds: losses,
    steps: medianOf(kept.map(({ steps }) => steps)),
    companionSteps: medianOf(kept.map(({ companionSteps }) => companionSteps)),
    held: joinHeld(held.slice(0, folds.length / repeatsOf(spec))),
  };
}

const repeatsOf = ({ validation }: PipelineSpec): number =>
  'repeats' in validation ? validation.repeats : 1;

const foldsOf = (spec: PipelineSpec, rows: PreparedRows, seed: number): Fold[] =>
  makeFolds(spec.validation, seed, {
    count: rows.target.length,
    target: rows.target,
    task: taskOf(spec),
    groups: rows.groups,
    times: rows.times,
  });

async function scoreFold(
  spec: PipelineSpec,
  candidate: CandidateToFit,
  rows: PreparedRows,
  fold: Fold,
  context: CandidateContext,
): Promise<{ held: Held; kept: KeptSteps }> {
  // Checkpoints are of one fit, and the pruner hears of whole folds.
  const { threads, signal, seed, withInterval } = context;
  const plain = { threads, signal, seed, withInterval };
  const train = rowsAt(rows, fold.train);
  const kept = await findSteps(spec, candidate, train, plain);
  const params = withSteps(candidate.estimator, candidate.params, kept.steps);
  const { companionSteps } = kept;
  const fitted = await fitCandidate(spec, { ...candidate, params, companionSteps }, { train }, plain);
  try {
    return { held: await hold(fitted, rowsAt(rows, fold.test)), kept };
  } finally {
    fitted.dispose();
  }
}

interface KeptSteps {
  steps?: number;
  companionSteps?: number;
}

/** How many steps an estimator of steps should take on these rows: those that early stopping keeps on a part of them. */
async function findSteps(
  spec: PipelineSpec,
  candidate: CandidateToFit,
  rows: PreparedRows,
  context: CandidateContext,
): Promise<KeptSteps> {
  const takesSteps = estimatorByName(candidate.estimator).stepsParam !== undefined;
  if (!takesSteps && !needsCompanion(spec, context)) return {};
  const inner = foldsOf(spec, rows, context.seed).at(-1);
  if (inner === undefined) return {};
  const sides = { train: rowsAt(rows, inner.train), validation: rowsAt(rows, inner.test) };
  const fitted = await fitCandidate(spec, candidate, sides, context);
  fitted.dispose();
  return { steps: fitted.model.steps, companionSteps: fitted.companion?.model.steps };
}

const meanOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The lower of the two in the middle, where there are two: steps are whole. */
function medianOf(values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  return known.at((known.length - 1) >> 1);
}

function joinHeld(held: Held[]): Held {
  const [first] = held;
  const quantiles = held.flatMap(({ companionQuantiles: part }) => (part === undefined ? [] : [part]));
  return {
    rows: held.slice(1).reduce((rows, { rows: more }) => joinRows(rows, more), first.rows),
    predictions: {
      outputs: first.predictions.outputs,
      values: joinNumbers(held.map(({ predictions }) => predictions.values)),
    },
    companionQuantiles: quantiles.length === 0 ? undefined : joinNumbers(quantiles),
  };
}
