import type { DriftReport } from '../../contracts/drift.ts';
import { type Estimate, isLowerBetter } from '../../contracts/metrics.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { bootstrapMetrics } from '../../models/evaluation/judge.ts';
import { taskOf } from '../../models/training/task.ts';
import type { Answers } from './answers.ts';

type Scored = Answers['scored'];

export interface Performance {
  report: NonNullable<DriftReport['performance']>;
  /** Whether the metric is worse on the current rows by more than chance explains: their intervals do not meet. */
  isWorse: boolean;
}

const resamples = 200;
/** Below it a bootstrap says nothing. */
const leastRows = 20;

async function estimate(
  spec: PipelineSpec,
  scored: Scored,
  signal: AbortSignal,
): Promise<Estimate | undefined> {
  if (scored.actual.length < leastRows) return undefined;
  const { seed, metric } = spec;
  const options = { seed, resamples, signal };
  const metrics = await bootstrapMetrics(taskOf(spec), scored.actual, scored.predictions, options);
  return metrics[metric];
}

/** The pipeline's metric on held-out rows and on current rows whose target is known, null where too few are. */
export async function performanceOf(
  spec: PipelineSpec,
  { heldOut, current, labelled }: { heldOut: Scored; current: Scored; labelled: number },
  signal: AbortSignal,
): Promise<Performance> {
  const [before, now] = [await estimate(spec, heldOut, signal), await estimate(spec, current, signal)];
  const report = {
    metric: spec.metric,
    reference: before?.value ?? null,
    current: now?.value ?? null,
    labelled,
  };
  return { report, isWorse: before !== undefined && now !== undefined && isApart(spec, before, now) };
}

const isApart = ({ metric }: PipelineSpec, before: Estimate, now: Estimate): boolean =>
  isLowerBetter(metric) ? now.low > before.high : now.high < before.low;
