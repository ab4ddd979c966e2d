import { asLoss } from '../../../contracts/metrics.ts';
import { candidateName, type PipelineSpec } from '../../../contracts/pipeline.ts';
import type { Fold } from '../../../models/evaluation/folds.ts';
import { lossOf } from '../../../models/evaluation/judge.ts';
import { candidateToFit, fitCandidate, withSteps } from '../../../models/training/fit.ts';
import { rowsAt } from '../../../models/training/rows.ts';
import { taskOf } from '../../../models/training/task.ts';
import type { Asked } from './ask.ts';
import { type Cells, cleanRowsOf } from './rows.ts';
import { contextOf, type OverFolds, overFolds } from './search.ts';

interface Difference {
  /** Dirty minus clean. */
  difference: number;
  /** Whether it is at most the standard error of the clean file's figure. */
  withinOneStandardError: boolean;
}
export interface Beside {
  /**
   * Like with like: the clean file's best, learnt from the dirty rows instead, each in the fold of the clean row that
   * it was. What is left between the two is the dirt.
   */
  sameFolds: OverFolds & Difference;
  /** The best of each file on folds of its own: another shuffle, and another choice, besides the dirt. */
  ownFolds: Difference;
}
export interface FileAsked extends Asked {
  /** Target and inputs. */
  cells: Cells[];
}

/** What the dirt costs, in the pipeline's metric. */
export async function besideClean(spec: PipelineSpec, clean: FileAsked, dirty: FileAsked): Promise<Beside> {
  const { mean, standardError } = clean.answered.best;
  const differenceOf = (other: OverFolds): Difference => ({
    difference: other.mean - mean,
    withinOneStandardError: Math.abs(other.mean - mean) <= standardError,
  });
  const same = overFolds(await onFolds(spec, clean, dirty));
  return { sameFolds: { ...same, ...differenceOf(same) }, ownFolds: differenceOf(dirty.answered.best) };
}

/** A dirty row that is no clean one is learnt from in every fold and tested in none. */
async function onFolds(
  spec: PipelineSpec,
  { best, ...clean }: FileAsked,
  dirty: FileAsked,
): Promise<number[]> {
  const { candidate, params, scored } = best;
  const withKept = withSteps(candidate.estimator, params, scored.steps);
  const toFit = candidateToFit(spec, candidateName(candidate), withKept);
  const cleanRows = cleanRowsOf(dirty.cells, clean.cells);
  const scores: number[] = [];
  for (const fold of clean.folds) {
    const { train, test } = divide(fold, cleanRows);
    const context = { ...contextOf(), seed: spec.seed };
    const fitted = await fitCandidate(spec, toFit, { train: rowsAt(dirty.rows, train) }, context);
    const held = rowsAt(dirty.rows, test);
    const loss = lossOf(spec.metric, taskOf(spec), held.target, await fitted.predict(held));
    fitted.dispose();
    scores.push(asLoss(spec.metric, loss));
  }
  return scores;
}

function divide(fold: Fold, cleanRows: Int32Array): Fold {
  const tested = new Set(fold.test);
  const rows = Int32Array.from(cleanRows.keys());
  return {
    train: rows.filter((row) => !tested.has(cleanRows[row])),
    test: rows.filter((row) => tested.has(cleanRows[row])),
  };
}
