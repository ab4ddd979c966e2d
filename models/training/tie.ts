import type { Tie } from '../../contracts/choice.ts';
import { asLoss } from '../../contracts/metrics.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { lossOf, standardErrorOf } from '../evaluation/judge.ts';
import type { Predictions } from '../evaluation/predictions.ts';
import { taskOf } from './task.ts';

const resamples = 200;

/**
 * What a candidate's held rows say where ties are to be broken; undefined where the pipeline breaks none.
 * @param answers to those rows, as the candidate would give them had it not been calibrated on them
 * @throws RelevoError CANCELLED when `signal` fires.
 */
export async function tieOf(
  spec: PipelineSpec,
  actual: Float64Array,
  answers: Predictions,
  { seed, signal }: { seed: number; signal: AbortSignal },
): Promise<Tie | undefined> {
  const { metric, tieBreak } = spec;
  if (tieBreak === undefined) return undefined;
  const task = taskOf(spec);
  const standardError = await standardErrorOf(task, actual, answers, { metric, seed, resamples, signal });
  return {
    metric: tieBreak,
    score: asLoss(tieBreak, lossOf(tieBreak, task, actual, answers)),
    standardError,
  };
}
